import type { Queries } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { refusing } from "../http/refusal.ts";
import type { Caller } from "../tokens/authenticate.ts";
import type { NewReview, Review, ReviewChange } from "./review.ts";
import { insertReview, mayReview, selectReview, updateReview } from "./sql.ts";

/** What the database refuses of a review. The user may have been deleted since the token was judged. */
const REFUSALS = { reviews_once: "already_reviewed", reviews_user: "unauthenticated" } as const;

/**
 * Reviews a room that the user has booked, once.
 *
 * @throws Problem `room_not_found`, `not_booked`, or `already_reviewed`
 */
export async function addReview(database: Queries, userId: string, request: NewReview): Promise<Review> {
  const { room, booked } = await mayReview(database, userId, request.room_id);
  if (!room) throw new Problem("room_not_found");
  if (!booked) throw new Problem("not_booked");
  return await refusing(REFUSALS, () => insertReview(database, userId, request));
}

/**
 * A review that the caller may change, or with `asAdmin` remove.
 *
 * @throws Problem `review_not_found`, or `not_yours`
 */
export async function findReview(
  database: Queries,
  { id: callerId, role }: Caller,
  id: number | undefined,
  asAdmin: boolean,
): Promise<Review> {
  const review = id === undefined ? undefined : await selectReview(database, callerId, id);
  if (!review) throw new Problem("review_not_found");
  if (!review.own && !(asAdmin && role === "admin")) throw new Problem("not_yours");
  return review;
}

/**
 * Changes a review of one's own.
 *
 * @throws Problem `review_not_found`, or `not_yours`
 */
export async function changeReview(database: Queries, caller: Caller, id: number | undefined, change: ReviewChange): Promise<Review> {
  const found = await findReview(database, caller, id, false);
  const changed = await updateReview(database, caller.id, found.id, change);
  if (!changed) throw new Problem("review_not_found");
  return changed;
}
