import { type ReactNode, useState } from "react";
import { useSession } from "../api/session.ts";
import type { Booking, Room } from "../api/types.ts";
import { Stars } from "../parts/icon.tsx";
import { Empty } from "../parts/states.tsx";
import { Link } from "../router.tsx";
import { dayMonthShort, shortDay, span } from "../times.ts";

/** Bookings that are shown before one asks for more. */
const FEW = 6;

/** Rooms by their id. */
export type Rooms = ReadonlyMap<number, Room>;

/** Where a booking is, in a line. */
export const placeOf = (room: Room | undefined, { room_name }: Booking): string => (room ? `${room.name} · ${room.location}` : room_name);

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

/** A list of what needs nothing more: the first few, and all of it when asked for. */
function Folded({
  title,
  bookings,
  empty,
  children,
}: {
  title: string;
  bookings: readonly Booking[];
  empty: ReactNode;
  children(booking: Booking): ReactNode;
}): ReactNode {
  const [all, showAll] = useState(false);
  return (
    <Section
      title={title}
      count={bookings.length}
      aside={
        bookings.length > FEW && (
          <button type="button" className="link" aria-expanded={all} onClick={() => showAll(!all)}>
            {all ? "Show fewer" : "Show all"}
          </button>
        )
      }
    >
      {bookings.length === 0 && empty}
      {bookings.slice(0, all ? undefined : FEW).map(children)}
    </Section>
  );
}

/** A booking that nothing can be done with any more: when, what and where, and a word on it. */
function DoneRow({
  booking,
  room,
  isOff = false,
  children,
}: {
  booking: Booking;
  room: Room | undefined;
  isOff?: boolean;
  children: ReactNode;
}): ReactNode {
  const { title, starts_at, ends_at } = booking;
  return (
    <div className="row row-done" data-off={isOff || undefined}>
      <p className="row-when">
        {shortDay(starts_at)}
        <span className="quiet small">{span(starts_at, ends_at)}</span>
      </p>
      <p className="row-what">
        {isOff ? <s>{title}</s> : title}
        <span className="quiet small">{placeOf(room, booking)}</span>
      </p>
      {children}
    </div>
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
  return (
    <Folded
      title="Past"
      bookings={bookings}
      empty={<Empty level={3} icon="clock" title="Nothing yet" text="Where you have met will stand here." />}
    >
      {(booking) => {
        const rating = rated.get(booking.room_id);
        const room = roomOf.get(booking.room_id);
        return (
          <DoneRow key={booking.id} booking={booking} room={room}>
            {rating === undefined ? room && <Link to={`/rooms/${room.id}`}>Rate {room.name}</Link> : <Stars rating={rating} size={14} />}
          </DoneRow>
        );
      }}
    </Folded>
  );
}

/** What was called off, by whom and when. */
export function Cancelled({ bookings, roomOf }: { bookings: readonly Booking[]; roomOf: Rooms }): ReactNode {
  const { me } = useSession();
  return (
    <Folded
      title="Cancelled"
      bookings={bookings}
      empty={<Empty level={3} icon="clock" title="Nothing cancelled" text="Bookings you cancel stay here for reference." />}
    >
      {(booking) => (
        <DoneRow key={booking.id} booking={booking} room={roomOf.get(booking.room_id)} isOff>
          <span className="quiet small">
            Cancelled by {booking.cancelled_by === me.username ? "you" : "an admin"}
            {booking.cancelled_at && `, ${dayMonthShort(booking.cancelled_at)}`}
          </span>
        </DoneRow>
      )}
    </Folded>
  );
}
