import { type ReactNode, useId } from "react";
import { at, dayMonth, isDay, weekday } from "../times.ts";
import { Icon } from "./icon.tsx";

/** A day, in words, which opens the browser's own calendar. */
export function DayField({
  label,
  value,
  min,
  onChange,
}: {
  label: string;
  value: string;
  /** The first day that may be chosen. */
  min: string;
  onChange(day: string): void;
}): ReactNode {
  const id = useId();
  const noon = at(value, 720);
  return (
    <div className="field day-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="date"
        required
        min={min}
        value={value}
        onChange={({ target }) => isDay(target.value) && target.value >= min && onChange(target.value)}
      />
      <span aria-hidden="true">
        {weekday(noon)} {dayMonth(noon)}
        <Icon name="calendar" />
      </span>
    </div>
  );
}
