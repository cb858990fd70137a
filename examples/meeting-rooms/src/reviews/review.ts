import { z } from "zod";
import { text } from "../http/input.ts";
import { pageOf, placeInTime } from "../http/page.ts";
import { rowId, rowIdInQuery } from "../http/values.ts";

/** A review, as everybody who is signed in sees it. */
export const review = z.object({
  id: z.int(),
  room_id: z.int(),
  room_name: z.string(),
  /** `null` once the user is deleted. */
  username: z.string().nullable(),
  /** Whether it is the caller's. */
  own: z.boolean(),
  rating: z.int(),
  comment: z.string().nullable(),
  created_at: z.date(),
  updated_at: z.date(),
});

export type Review = z.infer<typeof review>;

const RATING = "must be a whole number from 1 to 5";

const rating = z
  .int({ error: ({ input }) => (input === undefined ? "is required" : RATING) })
  .min(1, RATING)
  .max(5, RATING);

/** What people write: lines and tabs, but no other control character, and nothing but text. Empty is none. */
const comment = text()
  .trim()
  .max(2_000, "must be 2000 characters at most")
  .refine((value) => value.isWellFormed() && !/[^\P{Cc}\n\t]/u.test(value.replaceAll("\r\n", "\n")), "must be text")
  .transform((value) => (value === "" ? null : value))
  .nullable();

/** What it takes to review a room. */
export const newReview = z.object({ room_id: rowId("a room's number"), rating, comment: comment.default(null) });

export type NewReview = z.output<typeof newReview>;

/** What of a review is to be changed; `comment: null` removes it. */
export const reviewChange = z
  .object({ rating: rating.optional(), comment: comment.optional() })
  .refine(({ rating, comment }) => rating !== undefined || comment !== undefined, "must change something");

export type ReviewChange = z.output<typeof reviewChange>;

/** Which reviews to list: of a room, or one's own. */
export const reviewQuery = z.object({
  room_id: rowIdInQuery("a room's number").optional(),
  mine: z.enum(["true", "false"], { error: "must be true or false" }).optional(),
  ...pageOf(placeInTime),
});

export type ReviewQuery = z.output<typeof reviewQuery>;
