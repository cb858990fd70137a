import type { CSSProperties, ReactNode } from "react";
import type { Booking, Room } from "../api/types.ts";
import { capitalised } from "../parts/capitalised.ts";
import { Icon } from "../parts/icon.tsx";
import { seats, signOf } from "../room/facts.ts";
import { clock, dayName, dayOf, MINUTE, shortDay, span } from "../times.ts";

const HOUR = 60 * MINUTE;

/** "in 1 h 36 min", "in 3 days". */
function away(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / MINUTE));
  if (minutes < 60) return `in ${minutes} min`;
  if (minutes < 24 * 60) return `in ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const days = Math.round(minutes / 1440);
  return days === 1 ? "in a day" : `in ${days} days`;
}

/** The next meeting, on a card like the night. */
export function NextCard({
  booking,
  room,
  now,
  bookings,
}: {
  booking: Booking;
  room: Room | undefined;
  now: number;
  bookings: readonly Booking[];
}): ReactNode {
  const starts = new Date(booking.starts_at).getTime();
  const ends = new Date(booking.ends_at).getTime();
  // Five hours or more around it, from a whole hour to a whole hour.
  const from = Math.floor(Math.min(starts - HOUR, starts - now < 3 * HOUR ? now - HOUR : starts - HOUR) / HOUR) * HOUR;
  const to = Math.max(from + 5 * HOUR, Math.ceil((ends + HOUR) / HOUR) * HOUR);
  const share = (time: number): number => Math.min(1, Math.max(0, (time - from) / (to - from)));
  const others = bookings.filter(
    ({ id, starts_at, ends_at }) => id !== booking.id && new Date(ends_at).getTime() > from && new Date(starts_at).getTime() < to,
  );
  const bar = (one: Booking): CSSProperties => {
    const begins = share(new Date(one.starts_at).getTime());
    return { "--at": begins, "--wide": share(new Date(one.ends_at).getTime()) - begins } as CSSProperties;
  };
  const name = dayName(dayOf(booking.starts_at), now);
  const day = name === "Tomorrow" ? name : shortDay(booking.starts_at);
  return (
    <section className="next-card" aria-label="Next meeting">
      <p className="next-when">
        <Icon name="clock" size={16} /> Next, {away(starts - now)}
      </p>
      <h2>{booking.title}</h2>
      <p className="next-quiet">
        {booking.room_name} · {name === "Today" ? "" : `${day} `}
        {span(booking.starts_at, booking.ends_at)}
      </p>
      <div className="next-bar" aria-hidden="true">
        {others.map((one) => (
          <i key={one.id} style={bar(one)} />
        ))}
        <i data-next="" style={bar(booking)} />
        {now > from && now < to && <b style={{ "--at": share(now) } as CSSProperties} />}
      </div>
      <p className="next-hours" aria-hidden="true">
        <span>{clock(new Date(from))}</span>
        <span>{clock(new Date(to))}</span>
      </p>
      {room && (
        <ul>
          <li>
            <Icon name="pin" /> {room.location}
          </li>
          <li>
            <Icon name="people" /> {seats(room.capacity)}
          </li>
          {room.equipment.length > 0 && (
            <li>
              <Icon name={signOf(room.equipment[0] ?? "")} /> {capitalised(room.equipment.join(", "))}
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
