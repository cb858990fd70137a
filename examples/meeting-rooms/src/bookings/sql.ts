import type { Queries } from "../database/database.ts";
import type { Booking, BookingQuery, BookingRequest } from "./booking.ts";

const select = (
  from: string,
): string => `SELECT b.id, b.room_id, r.name AS room_name, b.user_id, u.username, b.title, b.starts_at, b.ends_at,
    b.status, b.created_at, b.cancelled_at, c.username AS cancelled_by
  FROM ${from} b JOIN rooms r ON r.id = b.room_id LEFT JOIN users u ON u.id = b.user_id LEFT JOIN users c ON c.id = b.cancelled_by`;

/** Whether a room can be booked; `undefined` where there is none. */
export async function roomIsAvailable(database: Queries, roomId: number): Promise<boolean | undefined> {
  const [room] = await database.query<{ is_available: boolean }>("SELECT is_available FROM rooms WHERE id = $1 AND deleted_at IS NULL", [
    roomId,
  ]);
  return room?.is_available;
}

/** Whether a user has so many bookings to come; asked in a transaction, which goes alone among those of the same user. */
export async function hasBookingsToCome(tx: Queries, userId: string, count: number): Promise<boolean> {
  await tx.query("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", [userId]);
  // No booking is longer than 12 hours, which lets the index find where to begin.
  const rows = await tx.query(
    `SELECT FROM bookings WHERE user_id = $1 AND status = 'confirmed' AND starts_at > now() - interval '12 hours' AND ends_at > now()
      OFFSET $2 LIMIT 1`,
    [userId, count - 1],
  );
  return rows.length > 0;
}

/**
 * Inserts a booking if the room is available. That no two bookings of a room overlap is the table's own exclusion
 * constraint; the room's row is locked first, so that requests for one room queue up instead of meeting as a deadlock.
 */
export async function insertBooking(
  database: Queries,
  userId: string,
  { room_id, title, starts_at, ends_at }: BookingRequest,
): Promise<Booking | undefined> {
  const [booking] = await database.query<Booking>(
    `WITH room AS MATERIALIZED (SELECT id FROM rooms WHERE id = $1 AND is_available AND deleted_at IS NULL FOR NO KEY UPDATE),
      made AS (
        INSERT INTO bookings (room_id, user_id, title, starts_at, ends_at) SELECT id, $2, $3, $4, $5 FROM room RETURNING *
      )
    ${select("made")}`,
    [room_id, userId, title, starts_at, ends_at],
  );
  return booking;
}

/** Bookings in the order of their start: those of one user, or everybody's. One more than `limit`, if there are more. */
export async function selectBookings(database: Queries, userId: string | undefined, query: BookingQuery): Promise<Booking[]> {
  const { room_id, username, status, from, to, cursor: [startsAt, id] = [], limit } = query;
  return await database.query<Booking>(
    `${select("bookings")}
    WHERE ($1::uuid IS NULL OR b.user_id = $1) AND ($2::integer IS NULL OR b.room_id = $2) AND ($3::text IS NULL OR b.status = $3)
      -- No booking is longer than 12 hours, which lets the index find where to begin.
      AND ($4::timestamptz IS NULL OR (b.ends_at > $4 AND b.starts_at > $4::timestamptz - interval '12 hours'))
      AND ($5::timestamptz IS NULL OR b.starts_at < $5)
      AND ($6::timestamptz IS NULL OR (b.starts_at, b.id) > ($6::timestamptz, $7::integer))
      AND ($9::text IS NULL OR b.user_id = (SELECT id FROM users WHERE lower(username) = lower($9)))
    ORDER BY b.starts_at, b.id LIMIT $8`,
    [userId ?? null, room_id ?? null, status ?? null, from ?? null, to ?? null, startsAt ?? null, id ?? null, limit + 1, username ?? null],
  );
}

export async function selectBooking(database: Queries, id: number): Promise<Booking | undefined> {
  const [booking] = await database.query<Booking>(`${select("bookings")} WHERE b.id = $1`, [id]);
  return booking;
}

/** Cancels a booking that is confirmed; `undefined` where it is not. */
export async function updateToCancelled(database: Queries, id: number, by: string): Promise<Booking | undefined> {
  const [booking] = await database.query<Booking>(
    `WITH cancelled AS (
      UPDATE bookings SET status = 'cancelled', cancelled_at = now(), cancelled_by = $2 WHERE id = $1 AND status = 'confirmed' RETURNING *
    ) ${select("cancelled")}`,
    [id, by],
  );
  return booking;
}
