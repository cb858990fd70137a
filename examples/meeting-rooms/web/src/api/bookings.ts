import { DAY } from "../times.ts";
import { all, call } from "./call.ts";
import type { Booking, Review } from "./types.ts";

/** Somebody's own bookings from a year ago on, in the order of their start. */
export const readBookings = (username: string, signal: AbortSignal): Promise<Booking[]> =>
  all("/bookings", { username, from: new Date(Date.now() - 365 * DAY).toISOString() }, signal);

/** One's own reviews. */
export const readOwnReviews = (signal: AbortSignal): Promise<Review[]> => all("/reviews", { mine: "true" }, signal);

export const postReview = (room_id: number, rating: number, comment: string): Promise<Review> =>
  call("/reviews", { method: "POST", body: { room_id, rating, ...(comment.trim() && { comment: comment.trim() }) } });
