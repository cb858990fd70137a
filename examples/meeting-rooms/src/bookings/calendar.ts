import type { Database, Queries } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { refusing } from "../http/refusal.ts";
import type { Caller } from "../tokens/authenticate.ts";
import type { Booking, BookingBounds, BookingRequest } from "./booking.ts";
import { hasBookingsToCome, insertBooking, roomIsAvailable, selectBooking, updateToCancelled } from "./sql.ts";

/** What the database refuses of a booking. The user may have been deleted since the token was judged. */
const REFUSALS = { bookings_overlap: "slot_taken", bookings_user: "unauthenticated" } as const;

/**
 * Books a room.
 *
 * @throws Problem `room_not_found`, `room_unavailable`, `slot_taken`, or `too_many_bookings`
 */
export async function book(database: Database, { id, role }: Caller, request: BookingRequest, { toCome }: BookingBounds): Promise<Booking> {
  if ((await roomIsAvailable(database, request.room_id)) === undefined) throw new Problem("room_not_found");
  const booking = await refusing(REFUSALS, () =>
    role === "admin"
      ? insertBooking(database, id, request)
      : database.transaction(async (tx) => {
          if (await hasBookingsToCome(tx, id, toCome)) throw new Problem("too_many_bookings");
          return await insertBooking(tx, id, request);
        }),
  );
  if (!booking) throw new Problem("room_unavailable");
  return booking;
}

/**
 * A booking that the caller may see.
 *
 * @throws Problem `booking_not_found`, or `not_yours`
 */
export async function findBooking(database: Queries, { id: callerId, role }: Caller, id: number | undefined): Promise<Booking> {
  const booking = id === undefined ? undefined : await selectBooking(database, id);
  if (!booking) throw new Problem("booking_not_found");
  if (role !== "admin" && booking.user_id !== callerId) throw new Problem("not_yours");
  return booking;
}

/**
 * Refuses to cancel what can't be cancelled, before anybody is asked for a code.
 *
 * @throws Problem `already_cancelled`, or `booking_over`
 */
export function checkCancellable({ status, ends_at }: Booking, now: number): void {
  if (status === "cancelled") throw new Problem("already_cancelled");
  if (ends_at.getTime() <= now) throw new Problem("booking_over");
}

/**
 * Cancels a booking, which stays as it was but for its status.
 *
 * @throws Problem `already_cancelled` for all but the first of several who try at once
 */
export async function cancel(database: Queries, { id: callerId }: Caller, id: number): Promise<Booking> {
  const booking = await updateToCancelled(database, id, callerId);
  if (!booking) throw new Problem("already_cancelled");
  return booking;
}
