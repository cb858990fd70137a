import { type ReactNode, useState } from "react";
import { useSession } from "../api/session.ts";
import type { Booking, Room } from "../api/types.ts";
import { seats } from "../day/book-form.tsx";
import { Stars } from "../parts/icon.tsx";
import { Empty } from "../parts/states.tsx";
import { Link } from "../router.tsx";
import { dayMonthShort, shortDay, span } from "../times.ts";

/** Past bookings that are shown before one asks for more. */
const FEW = 6;

type Rooms = ReadonlyMap<number, Room>;

/** Where a booking is, in a line. */
export const placeOf = (room: Room | undefined, { room_name }: Booking): string =>
  room ? `${room.name} · ${room.location} · ${seats(room.capacity)}` : room_name;

/** A list with its name and how many it holds. */
export function Section({
  title,
  count,
  aside,
  children,
}: {
  title: string;
  count: number;
  aside?: ReactNode;
  children: ReactNode;
}): ReactNode {
  return (
    <section className="card list-card" aria-label={title}>
      <header>
        <h2 className="subhead">
          {title} <span className="count">{count}</span>
        </h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** Where one has met, with what one said of it. */
export function Past({
  bookings,
  rated,
  roomOf,
}: {
  bookings: readonly Booking[];
  rated: ReadonlyMap<number, number>;
  roomOf: Rooms;
}): ReactNode {
  const [all, showAll] = useState(false);
  return (
    <Section
      title="Past"
      count={bookings.length}
      aside={
        bookings.length > FEW && (
          <button type="button" className="link" onClick={() => showAll(!all)}>
            {all ? "Show fewer" : "Show all"}
          </button>
        )
      }
    >
      {bookings.length === 0 && <Empty level={3} icon="clock" title="Nothing yet" text="Where you have met will stand here." />}
      {bookings.slice(0, all ? undefined : FEW).map((booking) => {
        const rating = rated.get(booking.room_id);
        const room = roomOf.get(booking.room_id);
        return (
          <div className="row" key={booking.id}>
            <p className="row-when">
              {shortDay(booking.starts_at)}
              <span className="quiet small">{span(booking.starts_at, booking.ends_at)}</span>
            </p>
            <p className="row-what">
              {booking.title}
              <span className="quiet small">{room ? `${room.name} · ${room.location}` : booking.room_name}</span>
            </p>
            {rating === undefined ? room && <Link to={`/rooms/${room.id}`}>Rate {room.name}</Link> : <Stars rating={rating} size={14} />}
          </div>
        );
      })}
    </Section>
  );
}

/** What was called off, by whom and when. */
export function Cancelled({ bookings, roomOf }: { bookings: readonly Booking[]; roomOf: Rooms }): ReactNode {
  const { me } = useSession();
  return (
    <Section title="Cancelled" count={bookings.length}>
      {bookings.length === 0 && (
        <Empty level={3} icon="clock" title="Nothing cancelled" text="Bookings you cancel stay here for reference." />
      )}
      {bookings.slice(0, 20).map((booking) => (
        <div className="row" key={booking.id}>
          <p className="row-when quiet">
            {shortDay(booking.starts_at)}
            <span className="quiet small">{span(booking.starts_at, booking.ends_at)}</span>
          </p>
          <p className="row-what quiet">
            <s>{booking.title}</s>
            <span className="quiet small">{placeOf(roomOf.get(booking.room_id), booking)}</span>
          </p>
          <span className="quiet small">
            Cancelled by {booking.cancelled_by === me.username ? "you" : "an admin"}
            {booking.cancelled_at && `, ${dayMonthShort(booking.cancelled_at)}`}
          </span>
        </div>
      ))}
    </Section>
  );
}
