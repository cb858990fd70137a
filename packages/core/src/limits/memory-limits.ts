import { ConfigError, refuseUnknown } from "../errors.ts";
import type { Limiter, LimitsBackend } from "./backend.ts";
import type { RateLimitPolicy } from "./presets.ts";

/** The options of `memoryLimits`. */
export interface MemoryLimitsOptions {
  /** Keys that a limit counts at a time, 1 to 10,000,000; those beyond share one count. @defaultValue 100,000 */
  keys?: number;
}

const MOST_KEYS = 10_000_000;

/** What a window has counted, and when it is over, in milliseconds since 1970. */
interface Counted {
  points: number;
  ends: number;
}

function counter({ window }: RateLimitPolicy, keys: number): Limiter {
  /** In the order in which their windows end, since all are of one length. */
  const counts = new Map<string, Counted>();
  let shared: Counted = { points: 0, ends: 0 };
  let firstEnd = 0;

  /** Whether there is room for another key, once those whose window is over have gone. */
  const hasRoom = (now: number): boolean => {
    if (counts.size < keys) return true;
    if (now < firstEnd) return false;
    for (const [key, { ends }] of counts) {
      firstEnd = ends;
      if (ends > now) break;
      counts.delete(key);
    }
    return counts.size < keys;
  };

  /** The window that a key is counted in, opened if need be. */
  const windowOf = (key: string, now: number): Counted => {
    const known = counts.get(key);
    if (known && known.ends > now) return known;
    const opened = { points: 0, ends: now + window * 1000 };
    if (known) counts.delete(key);
    else if (!hasRoom(now)) {
      if (shared.ends <= now) shared = opened;
      return shared;
    }
    counts.set(key, opened);
    return opened;
  };

  const said = ({ points, ends }: Counted, now: number) => ({ consumedPoints: points, msBeforeNext: ends - now });
  return {
    async consume(key, points) {
      const now = Date.now();
      const counted = windowOf(key, now);
      counted.points += points;
      return said(counted, now);
    },
    async get(key) {
      const now = Date.now();
      const counted = counts.get(key) ?? (hasRoom(now) ? undefined : shared);
      return counted && counted.ends > now ? said(counted, now) : null;
    },
    // The shared count is not one key's to forget.
    delete: async (key) => counts.delete(key),
  };
}

/**
 * Counts in this process alone: for one process, for development, for tests. Each process of several has a count of its
 * own, so that a limit of 20 lets 20 pass in each.
 *
 * Memory has an end: a limit counts `keys` keys at a time, and those whose window is over make room. Where all have a
 * window that is open, keys beyond share one count, so that whoever makes up keys is refused, and others with them.
 *
 * @throws ConfigError when `keys` makes no sense
 *
 * @example
 * ```ts
 * import { createRateLimits, memoryLimits } from "@nightlatch/core/limits";
 *
 * const limits = createRateLimits({ "email:send": { points: 5, per: "1m" } }, memoryLimits());
 * const { allowed, retryAfter } = await limits.consume("email:send", "user-1");
 * ```
 */
export function memoryLimits({ keys = 100_000, ...unknown }: MemoryLimitsOptions = {}): LimitsBackend {
  refuseUnknown("memoryLimits", unknown, "keys");
  if (!Number.isInteger(keys) || keys < 1 || keys > MOST_KEYS)
    throw new ConfigError("memoryLimits: keys is a whole number from 1 to 10,000,000, such as 100_000.");
  return Object.freeze({ local: true, limiter: (_name, policy) => counter(policy, keys) } satisfies LimitsBackend);
}
