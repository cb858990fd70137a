import { type Queries, violated } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import type { Caller } from "../tokens/authenticate.ts";
import type { Booking, BookingQuery, BookingRequest } from "./booking.ts";

const select = (
  from: string,
): string => `SELECT b.id, b.room_id, r.name AS room_name, b.user_id, u.username, b.title, b.starts_at, b.ends_at,
    b.status, b.created_at, b.cancelled_at, c.username AS cancelled_by
  FROM ${from} b JOIN rooms r ON r.id = b.room_id LEFT JOIN users u ON u.id = b.user_id LEFT JOIN users c ON c.id = b.cancelled_by`;

/** The problem behind a booking that the database refused. */
function refusal(error: unknown): unknown {
  const constraint = violated(error);
  if (constraint === "bookings_overlap") return new Problem("slot_taken", { cause: error });
  // Deleted between the token's check and here.
  if (constraint === "bookings_user") return new Problem("unauthenticated", { cause: error });
  return error;
}

/**
 * Books a room. That no two bookings of a room overlap is the table's own exclusion constraint; the room's
 * row is locked first, so that requests for one room queue up instead of meeting as a deadlock.
 *
 * @throws Problem `room_not_found`, `room_unavailable`, or `slot_taken`
 */
export async function book(database: Queries, userId: string, { room_id, title, starts_at, ends_at }: BookingRequest): Promise<Booking> {
  const [room] = await database.query<{ is_available: boolean }>("SELECT is_available FROM rooms WHERE id = $1", [room_id]);
  if (!room) throw new Problem("room_not_found");
  try {
    const [booking] = await database.query<Booking>(
      `WITH room AS MATERIALIZED (SELECT id FROM rooms WHERE id = $1 AND is_available FOR NO KEY UPDATE),
        made AS (
          INSERT INTO bookings (room_id, user_id, title, starts_at, ends_at) SELECT id, $2, $3, $4, $5 FROM room RETURNING *
        )
      ${select("made")}`,
      [room_id, userId, title, starts_at, ends_at],
    );
    if (!booking) throw new Problem("room_unavailable");
    return booking;
  } catch (error) {
    throw refusal(error);
  }
}

/** Bookings in the order of their start: those of one user, or everybody's. One more than `limit`, if there are more. */
export async function listBookings(database: Queries, userId: string | undefined, query: BookingQuery): Promise<Booking[]> {
  const { room_id, status, from, to, cursor: [startsAt, id] = [], limit } = query;
  return await database.query<Booking>(
    `${select("bookings")}
    WHERE ($1::uuid IS NULL OR b.user_id = $1) AND ($2::integer IS NULL OR b.room_id = $2) AND ($3::text IS NULL OR b.status = $3)
      -- No booking is longer than 12 hours, which lets the index find where to begin.
      AND ($4::timestamptz IS NULL OR (b.ends_at > $4 AND b.starts_at > $4::timestamptz - interval '12 hours'))
      AND ($5::timestamptz IS NULL OR b.starts_at < $5)
      AND ($6::timestamptz IS NULL OR (b.starts_at, b.id) > ($6::timestamptz, $7::integer))
    ORDER BY b.starts_at, b.id LIMIT $8`,
    [userId ?? null, room_id ?? null, status ?? null, from ?? null, to ?? null, startsAt ?? null, id ?? null, limit + 1],
  );
}

/**
 * A booking that the caller may see.
 *
 * @throws Problem `booking_not_found`, or `not_yours`
 */
export async function findBooking(database: Queries, { id: callerId, role }: Caller, id: number | undefined): Promise<Booking> {
  const [booking] = id === undefined ? [] : await database.query<Booking>(`${select("bookings")} WHERE b.id = $1`, [id]);
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
  const [booking] = await database.query<Booking>(
    `WITH cancelled AS (
      UPDATE bookings SET status = 'cancelled', cancelled_at = now(), cancelled_by = $2 WHERE id = $1 AND status = 'confirmed' RETURNING *
    ) ${select("cancelled")}`,
    [id, callerId],
  );
  if (!booking) throw new Problem("already_cancelled");
  return booking;
}
