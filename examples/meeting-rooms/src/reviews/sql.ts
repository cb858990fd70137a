import type { Queries } from "../database/database.ts";
import type { NewReview, Review, ReviewChange, ReviewQuery } from "./review.ts";

/** `$1` is the caller. */
const select = (
  from: string,
): string => `SELECT v.id, v.room_id, r.name AS room_name, u.username, coalesce(v.user_id = $1, false) AS own, v.rating, v.comment, v.created_at, v.updated_at
  FROM ${from} v JOIN rooms r ON r.id = v.room_id LEFT JOIN users u ON u.id = v.user_id`;

/** What a review of a room takes: that the room is there, and that the user has booked it. */
export async function mayReview(database: Queries, userId: string, roomId: number): Promise<{ room: boolean; booked: boolean }> {
  const [row] = await database.query<{ room: boolean; booked: boolean }>(
    `SELECT EXISTS (SELECT FROM rooms WHERE id = $2 AND deleted_at IS NULL) AS room,
      EXISTS (SELECT FROM bookings WHERE user_id = $1 AND room_id = $2 AND status = 'confirmed') AS booked`,
    [userId, roomId],
  );
  return row ?? { room: false, booked: false };
}

export async function insertReview(database: Queries, userId: string, { room_id, rating, comment }: NewReview): Promise<Review> {
  const [review] = await database.query<Review>(
    `WITH made AS (INSERT INTO reviews (room_id, user_id, rating, comment) VALUES ($2, $1, $3, $4) RETURNING *) ${select("made")}`,
    [userId, room_id, rating, comment],
  );
  return review as Review;
}

/** Reviews, the newest first. One more than `limit`, if there are more. */
export async function selectReviews(database: Queries, callerId: string, query: ReviewQuery): Promise<Review[]> {
  const { room_id, mine, cursor: [createdAt, id] = [], limit } = query;
  return await database.query<Review>(
    `${select("reviews")} WHERE ($2::integer IS NULL OR v.room_id = $2) AND (NOT $3::boolean OR v.user_id = $1)
      AND ($4::timestamptz IS NULL OR (v.created_at, v.id) < ($4::timestamptz, $5::integer))
    ORDER BY v.created_at DESC, v.id DESC LIMIT $6`,
    [callerId, room_id ?? null, mine === "true", createdAt ?? null, id ?? null, limit + 1],
  );
}

export async function selectReview(database: Queries, callerId: string, id: number): Promise<Review | undefined> {
  const [review] = await database.query<Review>(`${select("reviews")} WHERE v.id = $2`, [callerId, id]);
  return review;
}

/** Changes a review of the user's own; `undefined` where there is none. */
export async function updateReview(
  database: Queries,
  userId: string,
  id: number,
  { rating, comment }: ReviewChange,
): Promise<Review | undefined> {
  const [review] = await database.query<Review>(
    `WITH changed AS (UPDATE reviews SET rating = coalesce($3, rating), comment = CASE WHEN $4 THEN $5 ELSE comment END, updated_at = now()
      WHERE id = $2 AND user_id = $1 RETURNING *) ${select("changed")}`,
    [userId, id, rating ?? null, comment !== undefined, comment ?? null],
  );
  return review;
}

export async function deleteReview(database: Queries, id: number): Promise<void> {
  await database.query("DELETE FROM reviews WHERE id = $1", [id]);
}
