import { ConfigError } from "../errors.ts";
import { type Duration, toSeconds } from "../internal/duration.ts";

/** How much of something is allowed: so many points in so long a time. */
export interface RateLimitPreset {
  /** A request usually costs one. From 1 to 1,000,000,000. */
  readonly points: number;
  /** The window: it opens with the first request, and when it is over the count begins anew. From `"1s"` to `"7d"`. */
  readonly per: Duration;
}

/**
 * Limits for the usual doors of an app, to be taken as they are or beside the host's own. A name says what is done;
 * who is counted (a user, an address) is the key's to say.
 *
 * @example
 * ```ts
 * import { createRateLimits, memoryLimits, rateLimitPresets } from "@nightlatch/core/limits";
 *
 * export const limits = createRateLimits({ ...rateLimitPresets, "report:send": { points: 2, per: "1h" } }, memoryLimits());
 * ```
 */
export const rateLimitPresets: Readonly<
  Record<"owner:admin" | "api:public" | "api:authenticated" | "ai:query" | "email:send" | "export:data", RateLimitPreset>
> = Object.freeze({
  "owner:admin": Object.freeze({ points: 100, per: "1m" }),
  "api:public": Object.freeze({ points: 20, per: "1m" }),
  "api:authenticated": Object.freeze({ points: 60, per: "1m" }),
  "ai:query": Object.freeze({ points: 10, per: "1m" }),
  "email:send": Object.freeze({ points: 5, per: "1m" }),
  "export:data": Object.freeze({ points: 3, per: "1m" }),
});

/** A limit, as a backend and an answer know it. */
export interface RateLimitPolicy {
  /** Points of a window. */
  readonly limit: number;
  /** Seconds of a window. */
  readonly window: number;
}

const MOST_POINTS = 1_000_000_000;
/** Seven days. A timer of Node's holds less than 25, and a limit that long is a quota, which wants a table of its own. */
const LONGEST = 604_800;

/** No `]`, which ends a name in a backend's key, and nothing that a field of HTTP would have to escape. */
const NAME = /^[\w.:/-]{1,64}$/;

function checkedPreset(name: string, preset: unknown): RateLimitPolicy {
  if (!NAME.test(name))
    throw new ConfigError(
      `A rate limit is called ${JSON.stringify(name)}; a name is 1 to 64 letters, digits and any of . : / _ -, such as "email:send".`,
    );
  const { points, per, ...unknown } = (typeof preset === "object" && preset !== null ? preset : {}) as Partial<RateLimitPreset>;
  const [misspelt] = Object.keys(unknown);
  if (misspelt !== undefined) throw new ConfigError(`The rate limit "${name}" has "${misspelt}"; it takes points and per.`);
  if (!Number.isInteger(points) || (points as number) < 1 || (points as number) > MOST_POINTS)
    throw new ConfigError(`The rate limit "${name}" has points of ${String(points)}; it takes a whole number from 1 to ${MOST_POINTS}.`);
  const window = toSeconds(per);
  if (!window || window > LONGEST)
    throw new ConfigError(`The rate limit "${name}" is per ${JSON.stringify(per)}; it takes "1s" to "7d", such as "1m".`);
  return Object.freeze({ limit: points as number, window });
}

/** What the presets say, by name. @throws ConfigError when one makes no sense */
export function checkedPresets<Name extends string>(presets: Readonly<Record<Name, RateLimitPreset>>): ReadonlyMap<Name, RateLimitPolicy> {
  const named = typeof presets === "object" && presets !== null ? (Object.entries(presets) as [Name, RateLimitPreset][]) : [];
  if (named.length === 0)
    throw new ConfigError('createRateLimits has no limit to keep. Name them: { "email:send": { points: 5, per: "1m" } }.');
  return new Map(named.map(([name, preset]) => [name, checkedPreset(name, preset)]));
}
