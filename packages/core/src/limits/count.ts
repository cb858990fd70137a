import type { RateLimitPolicy } from "./presets.ts";

/** The answer of a limit. */
export interface RateLimitAnswer {
  /** Whether it may be done. */
  allowed: boolean;
  /** Points of a window. */
  limit: number;
  /** Points that are left of this one. */
  remaining: number;
  /** When the window is over and the count begins anew; now, where nothing is counted. */
  resetAt: Date;
  /** Whole seconds after which it is worth another try. There where it is not allowed. */
  retryAfter?: number;
  /** The backend did not answer, so it is not allowed, whatever the count: HTTP's 503 rather than 429. */
  fault?: true;
  /** The backend did not answer, so this process counted by itself. */
  standIn?: true;
}

/** What a window has counted, and how many milliseconds it lasts yet. */
export interface Count {
  consumed: number;
  left: number;
}

const NOTHING: Count = Object.freeze({ consumed: 0, left: 0 });

/** Seconds after which a request that a fault refused may be made again. */
const FAULT_RETRY = 5;

/** A number, or the text of one: a client may be set to give texts. */
const numberOf = (value: unknown): number => (typeof value === "string" && value !== "" ? Number(value) : (value as number));

/**
 * What a backend says it has counted; `undefined` for whatever is no such thing, an error above all, and for a count
 * that does not even hold what it was just given: a backend that counts nothing would let everything pass.
 */
export function countOf(said: unknown, verb: "consume" | "get" | "delete", points: number): Count | undefined {
  if (verb === "delete") return typeof said === "boolean" ? NOTHING : undefined;
  if (said === null) return verb === "get" ? NOTHING : undefined;
  if (typeof said !== "object") return undefined;
  const { consumedPoints, msBeforeNext } = said as { consumedPoints?: unknown; msBeforeNext?: unknown };
  const consumed = numberOf(consumedPoints);
  const left = numberOf(msBeforeNext);
  if (!Number.isInteger(consumed) || consumed < points || !Number.isFinite(left)) return undefined;
  // A window that is over, and that nobody has swept yet.
  return verb === "get" && left <= 0 ? NOTHING : { consumed, left: Math.max(left, 0) };
}

/** A count held against what is allowed; `wanted` are points that it does not hold yet. */
export function judged({ consumed, left }: Count, { limit }: RateLimitPolicy, wanted: number): RateLimitAnswer {
  const resetAt = new Date(Date.now() + left);
  if (consumed + wanted <= limit) return { allowed: true, limit, remaining: limit - consumed, resetAt };
  return { allowed: false, limit, remaining: 0, resetAt, retryAfter: Math.max(1, Math.ceil(left / 1000)) };
}

/** The answer while the backend gives none, and nobody may pass. */
export function refusedForFault({ limit }: RateLimitPolicy): RateLimitAnswer {
  const resetAt = new Date(Date.now() + FAULT_RETRY * 1000);
  return { allowed: false, limit, remaining: 0, resetAt, retryAfter: FAULT_RETRY, fault: true };
}
