import { ConfigError, refuseUnknown, reportError, StoreError } from "../errors.ts";
import { type Duration, toSeconds } from "../internal/duration.ts";
import type { Limiter, LimitsBackend } from "./backend.ts";
import { type Count, countOf, judged, type RateLimitAnswer, refusedForFault } from "./count.ts";
import { deadline } from "./deadline.ts";
import { backendKey } from "./key.ts";
import { memoryLimits } from "./memory-limits.ts";
import { checkedPresets, type RateLimitPolicy, type RateLimitPreset } from "./presets.ts";

/** The options of `createRateLimits`. */
export interface RateLimitsOptions {
  /**
   * What is answered while the backend does not: nobody passes, or this process counts by itself meanwhile, from
   * nothing. @defaultValue "deny"
   */
  whenDown?: "deny" | "memory";
  /** How long the backend may take, before that counts as down: 1 to 60 seconds. @defaultValue `"1s"` */
  timeout?: Duration;
  /** Hears when the backend stops answering, once until it has answered again: pass your logger's. @defaultValue a line on standard error */
  onError?: (error: StoreError) => void;
}

/** Named rate limits. */
export interface RateLimits<Name extends string = string> {
  /** Counts something for real: rejects with a `StoreError` where the backend does not. Await it at start-up to fail there. */
  ready(): Promise<void>;
  /**
   * Counts points for a key, and answers whether they were still to be had. What is refused is counted too. Points are
   * 1 or a whole number up to the limit's own.
   */
  consume(name: Name, key: string, points?: number): Promise<RateLimitAnswer>;
  /** What `consume` would find, without counting. */
  peek(name: Name, key: string): Promise<RateLimitAnswer>;
  /** Forgets what a key has used of a limit. */
  reset(name: Name, key: string): Promise<RateLimitAnswer>;
  /** What a limit allows. */
  policy(name: Name): RateLimitPolicy;
}

/** One limit, ready to count. */
interface Limit {
  name: string;
  policy: RateLimitPolicy;
  limiter: Limiter;
  standIn: Limiter | undefined;
}

type Verb = "consume" | "get" | "delete";

const SILENT = "The rate limits' backend did not answer, so nothing was counted there. Look whether it is up, and see the cause.";

function checkedOptions({ whenDown = "deny", timeout = "1s", onError = reportError, ...unknown }: RateLimitsOptions) {
  refuseUnknown("createRateLimits", unknown, "whenDown, timeout and onError");
  if (whenDown !== "deny" && whenDown !== "memory")
    throw new ConfigError(`createRateLimits: whenDown is "deny" or "memory"; got ${JSON.stringify(whenDown)}.`);
  const seconds = toSeconds(timeout);
  if (!seconds || seconds > 60) throw new ConfigError('createRateLimits: timeout is a duration of 1 to 60 seconds, such as "1s".');
  if (typeof onError !== "function") throw new ConfigError("createRateLimits: onError is a function that takes an error.");
  return { whenDown, milliseconds: seconds * 1000, onError };
}

/**
 * Named rate limits over one backend. The names are the presets' own, and TypeScript knows them. Nothing that happens
 * to the backend is thrown by `consume`, `peek` or `reset`: it is an answer, as `whenDown` says.
 *
 * @throws ConfigError at once, when a preset or an option makes no sense or the backend is missing; by rejection, when
 * a name was not declared, or a key or points make no sense
 *
 * @example
 * ```ts
 * import { createRateLimits, memoryLimits, rateLimitPresets } from "@nightlatch/core/limits";
 *
 * const limits = createRateLimits({ ...rateLimitPresets, "sign-in": { points: 5, per: "15m" } }, memoryLimits());
 *
 * export async function maySignIn(email: string): Promise<boolean> {
 *   const { allowed } = await limits.consume("sign-in", email.toLowerCase());
 *   return allowed;
 * }
 * ```
 */
export function createRateLimits<Name extends string>(
  presets: Readonly<Record<Name, RateLimitPreset>>,
  backend: LimitsBackend,
  options: RateLimitsOptions = {},
): RateLimits<Name> {
  if (typeof backend?.limiter !== "function")
    throw new ConfigError(
      "createRateLimits has no backend to count in, so nothing would be limited. Give it memoryLimits(), redisLimits(client) or postgresLimits(pool).",
    );
  const { whenDown, milliseconds, onError } = checkedOptions(options);
  const { local = false } = backend;
  const within = deadline(milliseconds);
  const standIns = whenDown === "memory" ? memoryLimits() : undefined;
  const limitFor = (name: string, policy: RateLimitPolicy): Limit => ({
    name,
    policy,
    limiter: backend.limiter(name, policy),
    standIn: standIns?.limiter(name, policy),
  });
  const declared = new Map<string, Limit>([...checkedPresets(presets)].map(([name, policy]) => [name, limitFor(name, policy)]));
  // No preset can be called so.
  const probe = limitFor("(ready)", { limit: 1_000_000_000, window: 1 });

  const limitOf = (name: string): Limit => {
    const limit = declared.get(name);
    if (!limit) throw new ConfigError(`There is no rate limit ${JSON.stringify(name)}; there are ${[...declared.keys()].join(", ")}.`);
    return limit;
  };

  let isDown = false;
  const fault = (cause: unknown): void => {
    if (isDown) return;
    isDown = true;
    try {
      onError(new StoreError(SILENT, { cause }));
    } catch {
      // A logger that throws must not decide who passes.
    }
  };

  const asked = (limiter: Limiter, verb: Verb, key: string, points: number): Promise<unknown> => {
    const pending = verb === "consume" ? limiter.consume(key, points) : limiter[verb](key);
    return local ? pending : within(pending);
  };

  /** One await in all, since in memory each further one would be a tenth of what counting takes. */
  const ask = async (verb: Verb, { policy, limiter, standIn }: Limit, key: string, points: number): Promise<RateLimitAnswer> => {
    let said: unknown;
    try {
      said = await asked(limiter, verb, key, points);
    } catch (refusal) {
      // It may be a count too: that is how rate-limiter-flexible refuses.
      said = refusal;
    }
    // What was consumed is in the count; whoever peeks wants to know about the next point.
    const wanted = verb === "get" ? 1 : 0;
    const count = countOf(said, verb, points);
    if (count) {
      isDown = false;
      return judged(count, policy, wanted);
    }
    fault(said);
    if (!standIn) return refusedForFault(policy);
    const counted = await (verb === "consume" ? standIn.consume(key, points) : standIn[verb](key)).catch((refusal: unknown) => refusal);
    return { ...judged(countOf(counted, verb, points) as Count, policy, wanted), standIn: true };
  };

  const checkedPoints = (points: number, { name, policy: { limit } }: Limit): number => {
    if (!Number.isInteger(points) || points < 1 || points > limit)
      throw new ConfigError(`The rate limit "${name}" was asked for ${points} points; it takes a whole number from 1 to its ${limit}.`);
    return points;
  };

  /** Asks once what the program gave is checked; its mistakes are rejections like any other. */
  const checked = (verb: Verb, name: string, key: string, points: number): Promise<RateLimitAnswer> => {
    try {
      const limit = limitOf(name);
      return ask(verb, limit, backendKey(key), verb === "consume" ? checkedPoints(points, limit) : 0);
    } catch (mistake) {
      return Promise.reject(mistake);
    }
  };

  return Object.freeze({
    async ready() {
      let said: unknown;
      try {
        said = await asked(probe.limiter, "consume", "ready", 1);
      } catch (error) {
        said = error;
      }
      if (!countOf(said, "consume", 1)) throw new StoreError(SILENT, { cause: said });
    },
    consume: (name, key, points = 1) => checked("consume", name, key, points),
    peek: (name, key) => checked("get", name, key, 0),
    reset: (name, key) => checked("delete", name, key, 0),
    policy: (name) => limitOf(name).policy,
  } satisfies RateLimits<Name>);
}
