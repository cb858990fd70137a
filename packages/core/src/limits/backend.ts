import { ConfigError } from "../errors.ts";
import type { RateLimitPolicy } from "./presets.ts";

/**
 * What counts for one limit: a limiter of rate-limiter-flexible, or anything with these three. `consume` and `get`
 * answer with `consumedPoints` and `msBeforeNext` (`get`: or `null`, where nothing is counted); `consume` may also
 * reject with that, which is how rate-limiter-flexible says that it was too much. Any other rejection is a fault.
 */
export interface Limiter {
  /** Counts so many points, and answers with all that the window has counted. */
  consume(key: string, points: number): Promise<unknown>;
  /** What the window has counted. */
  get(key: string): Promise<unknown>;
  /** Forgets it. */
  delete(key: string): Promise<unknown>;
}

/** Where limits are counted: `memoryLimits()`, `redisLimits(client)`, `postgresLimits(pool)`, or a host's own. */
export interface LimitsBackend {
  /** The limiter of one limit. Called once for each, at construction; it must not wait for anything. */
  limiter(name: string, policy: RateLimitPolicy): Limiter;
  /** Whether it counts in this process, so that it always answers, and at once. @defaultValue false */
  readonly local?: boolean;
}

/** What the keys of a backend begin with. */
export interface KeyedOptions {
  /** Put before each key, so that several apps can share a backend: 1 to 32 letters, digits and any of . : _ - @defaultValue `"nightlatch"` */
  prefix?: string;
}

const PREFIX = /^[\w.:-]{1,32}$/;

/** Makes the prefix of a limit's keys. A name holds no `]`, so no two limits share a key. */
export function keyPrefix(factory: string, prefix: unknown = "nightlatch"): (name: string) => string {
  if (typeof prefix !== "string" || !PREFIX.test(prefix))
    throw new ConfigError(`${factory}: prefix is 1 to 32 letters, digits and any of . : _ -, such as "shop".`);
  return (name) => `${prefix}[${name}]`;
}
