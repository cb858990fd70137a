import { type ReactNode, useRef } from "react";
import { Icon } from "../parts/icon.tsx";
import { LiveDot } from "../parts/live-dot.tsx";
import { at, dayMonth, dayPlus, isDay, weekday } from "../times.ts";

/** Which day, and how to go to another. */
export function DayHead({ day, today, go }: { day: string; today: string; go(day: string): void }): ReactNode {
  const picker = useRef<HTMLInputElement>(null);
  const noon = at(day, 720);
  return (
    <div className="day-head">
      <h1>
        <span>{weekday(noon)}</span> {dayMonth(noon)}
      </h1>
      <div className="day-buttons">
        <button type="button" className="button button-square" aria-label="The day before" onClick={() => go(dayPlus(day, -1))}>
          <Icon name="chevron-left" />
        </button>
        <button type="button" className="button day-today" disabled={day === today} onClick={() => go(today)}>
          Today
        </button>
        <button type="button" className="button button-square" aria-label="The day after" onClick={() => go(dayPlus(day, 1))}>
          <Icon name="chevron-right" />
        </button>
        <span className="day-picker">
          <button type="button" className="button button-square" aria-label="Choose a day" onClick={() => picker.current?.showPicker()}>
            <Icon name="calendar" />
          </button>
          <input
            ref={picker}
            type="date"
            tabIndex={-1}
            aria-hidden="true"
            value={day}
            onChange={({ target }) => isDay(target.value) && go(target.value)}
          />
        </span>
      </div>
      <LiveDot note="bookings appear as they are made" />
    </div>
  );
}
