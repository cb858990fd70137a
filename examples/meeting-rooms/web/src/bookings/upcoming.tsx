import type { ReactNode } from "react";
import { useSession } from "../api/session.ts";
import type { Booking } from "../api/types.ts";
import { Empty } from "../parts/states.tsx";
import { seats } from "../room/facts.ts";
import { Link } from "../router.tsx";
import { at, dayMonth, dayName, dayOf, weekday, zone } from "../times.ts";
import { CancelRow } from "./cancel-row.tsx";
import { placeOf, type Rooms, Section } from "./lists.tsx";

function DayHeading({ day, now }: { day: string; now: number }): ReactNode {
  const name = dayName(day, now);
  const noon = at(day, 720);
  return (
    <h3 className="day-heading">
      <strong>{name}</strong> <span>{name === weekday(noon) ? dayMonth(noon) : `${weekday(noon)} ${dayMonth(noon)}`}</span>
    </h3>
  );
}

/** What comes, day by day, each to be cancelled in its own place. */
export function Upcoming({
  bookings,
  roomOf,
  now,
  onCancelled,
}: {
  bookings: readonly Booking[];
  roomOf: Rooms;
  now: number;
  onCancelled(cancelled: Booking): void;
}): ReactNode {
  const { mfaEnabled } = useSession();
  return (
    <Section title="Upcoming" count={bookings.length} aside={<span className="quiet small">{zone}</span>}>
      {bookings.length === 0 && (
        <Empty level={3} icon="calendar" title="Nothing booked" text="Your next meeting will stand here.">
          <Link to="/" className="button">
            Find a room
          </Link>
        </Empty>
      )}
      {[...Map.groupBy(bookings, ({ starts_at }) => dayOf(starts_at))].map(([day, ofDay]) => (
        <div key={day}>
          <DayHeading day={day} now={now} />
          {ofDay.map((booking) => {
            const room = roomOf.get(booking.room_id);
            return (
              <CancelRow
                key={booking.id}
                booking={booking}
                place={
                  <>
                    {placeOf(room, booking)}
                    {room && <span className="desk-only"> · {seats(room.capacity)}</span>}
                  </>
                }
                now={now}
                asksCode={mfaEnabled}
                onCancelled={onCancelled}
              />
            );
          })}
        </div>
      ))}
    </Section>
  );
}
