import type { Booking } from "../api/types.ts";

/** One's bookings, as they are shown. */
export interface Sorted {
  /** What comes or is going on, the nearest first. */
  upcoming: readonly Booking[];
  /** The first that has not begun. */
  next: Booking | undefined;
  /** What is over, the latest first. */
  past: readonly Booking[];
  cancelled: readonly Booking[];
}

/** Bookings in the order of their start, sorted by how they stand. */
export function sorted(bookings: readonly Booking[], now: number): Sorted {
  const isOver = ({ ends_at }: Booking): boolean => new Date(ends_at).getTime() <= now;
  const confirmed = bookings.filter(({ status }) => status === "confirmed");
  const upcoming = confirmed.filter((one) => !isOver(one));
  return {
    upcoming,
    next: upcoming.find(({ starts_at }) => new Date(starts_at).getTime() > now),
    past: confirmed.filter(isOver).reverse(),
    cancelled: bookings.filter(({ status }) => status === "cancelled").reverse(),
  };
}

/** The last meeting in each room that one has met in and not rated. */
export function unrated(past: readonly Booking[], rated: ReadonlyMap<number, number>): Booking[] {
  const latest = new Map<number, Booking>();
  for (const booking of past) {
    if (!rated.has(booking.room_id) && !latest.has(booking.room_id)) latest.set(booking.room_id, booking);
  }
  return [...latest.values()];
}
