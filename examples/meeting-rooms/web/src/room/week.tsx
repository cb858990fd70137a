import type { CSSProperties, ReactNode } from "react";
import { useLive } from "../api/live.ts";
import { readDay } from "../api/rooms.ts";
import type { RoomDay } from "../api/types.ts";
import { useRead } from "../api/use-read.ts";
import { place } from "../day/block.tsx";
import { gapsOf } from "../day/draft.ts";
import { at, CLOSES, clockOf, dayOf, dayPlus, minutesIn, OPENS, shortDay } from "../times.ts";

/** Monday to Friday of the week of a day; on a weekend, of the next one. */
function weekOf(day: string): string[] {
  const weekday = at(day, 720).getDay();
  const monday = dayPlus(day, weekday === 0 ? 1 : weekday === 6 ? 2 : 1 - weekday);
  return [0, 1, 2, 3, 4].map((days) => dayPlus(monday, days));
}

function nextFree(room: RoomDay, day: string, now: number): string {
  if (!room.is_available) return "Not available for booking.";
  const gaps = gapsOf(room, day, now)
    .map(({ from, to }) => ({ from: Math.max(from, OPENS), to: Math.min(to, CLOSES) }))
    .filter(({ from, to }) => to > from)
    .slice(0, 2)
    .map(({ from, to }) => `${clockOf(from)} to ${clockOf(to)}`);
  return gaps.length > 0 ? `Next free: today from ${gaps.join(", then ")}.` : "Not free today any more.";
}

/** When a room is taken this week. */
export function Week({ id, now }: { id: number; now: number }): ReactNode {
  const today = dayOf(now);
  const days = weekOf(today);
  const read = useRead(`week ${id} ${days[0]}`, async (signal) => {
    const found = await Promise.all(days.map((day) => readDay(day, signal)));
    return found.map((rooms) => rooms.find((room) => room.id === id));
  });
  const room = read.data?.[days.indexOf(today)];
  useLive(({ room_id }) => room_id === id && read.reload(), 500);
  return (
    <section className="card" aria-labelledby="week-title">
      <header className="week-head">
        <h2 className="subhead" id="week-title">
          {days.includes(today) ? "This week" : "Next week"}
        </h2>
        <span className="quiet small">08 – 18</span>
      </header>
      <ul className="week">
        {days.map((day, index) => {
          const busy = read.data?.[index]?.busy ?? [];
          return (
            <li key={day} data-today={day === today || undefined}>
              <span>{shortDay(at(day, 720)).replace(/ \w+$/, "")}</span>
              <span className="hidden">{busy.length === 0 ? "free" : `taken ${busy.length === 1 ? "once" : `${busy.length} times`}`}</span>
              <div className="week-lane" aria-hidden="true" style={{ "--now": (minutesIn(day, now) - OPENS) / 60 } as CSSProperties}>
                {busy.map(({ starts_at, ends_at, own }) => (
                  <i
                    key={starts_at}
                    style={place(minutesIn(day, starts_at), minutesIn(day, ends_at))}
                    data-own={own || undefined}
                    data-past={new Date(ends_at).getTime() <= now || undefined}
                  />
                ))}
                {day === today && minutesIn(day, now) > OPENS && minutesIn(day, now) < CLOSES && <b />}
              </div>
            </li>
          );
        })}
      </ul>
      {days.includes(today) && <p className="quiet small">{room ? nextFree(room, today, now) : "\u00a0"}</p>}
    </section>
  );
}
