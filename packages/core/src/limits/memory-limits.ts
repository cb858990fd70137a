import { RateLimiterMemory } from "rate-limiter-flexible";
import type { LimitsBackend } from "./backend.ts";

/**
 * Counts in this process alone: for one process, for development, for tests. Each process of several has a count of its
 * own, so that a limit of 20 lets 20 pass in each. A key takes a few hundred bytes until its window is over.
 *
 * @example
 * ```ts
 * import { createRateLimits, memoryLimits } from "@nightlatch/core/limits";
 *
 * const limits = createRateLimits({ "email:send": { points: 5, per: "1m" } }, memoryLimits());
 * const { allowed, retryAfter } = await limits.consume("email:send", "user-1");
 * ```
 */
export function memoryLimits(): LimitsBackend {
  return Object.freeze({
    local: true,
    limiter: (_name, { limit, window }) => new RateLimiterMemory({ points: limit, duration: window, keyPrefix: "" }),
  } satisfies LimitsBackend);
}
