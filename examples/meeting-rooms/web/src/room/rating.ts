import type { Review } from "../api/types.ts";

/** The average of some ratings; there must be one. */
export const averageOf = (reviews: readonly Review[]): number => reviews.reduce((sum, { rating }) => sum + rating, 0) / reviews.length;

/** "1 review", "48 reviews". */
export const reviewCount = (count: number): string => (count === 1 ? "1 review" : `${count} reviews`);
