import type { Subject } from "../engine/requests.ts";
import { ConfigError, refuseUnknown } from "../errors.ts";
import { clientAddressKey } from "../limits/client-address.ts";
import type { RateLimitAnswer } from "../limits/count.ts";
import type { RateLimits } from "../limits/create-rate-limits.ts";
import type { HttpResponse } from "./message.ts";
import { problem } from "./problem.ts";
import type { Asker } from "./step-up.ts";

/** Whose requests are counted together, and what one costs. */
export interface RateLimitOptions<Request> {
  /**
   * `"user"`: the subject's, by id and tenant alone. `"address"`: the client's, an IPv6 one by its network. Or a key of
   * the host's own. Whoever has no such key is counted by address, never left out.
   */
  by: "user" | "address" | ((request: Request) => string | undefined | Promise<string | undefined>);
  /** What a request costs. @defaultValue 1 */
  points?: number;
  /** How many bits of an IPv6 address count. @defaultValue 64 */
  ipv6Prefix?: number;
}

/** What an adapter knows of whoever is asking. */
export interface Caller<Request> {
  request: Request;
  /** As the framework says, which the host told what proxies to trust; or `clientAddress`. Never a header itself. */
  address: string | undefined;
  /** Who is signed in. Asked with `by: "user"` alone. */
  subject?(): Asker | Promise<Asker>;
}

/** The verdict on a request: fields to add to its response whatever that is, and the response itself where it is refused. */
export interface RateLimitVerdict {
  /** `RateLimit-Policy` and `RateLimit`: lists, so that those of several limits stand in one, with commas between. */
  fields: readonly (readonly [name: string, value: string])[];
  /** The refusal: 429, or 503 where the backend is down. */
  response?: HttpResponse;
}

/** Counts one request. */
export type RateLimiter<Request> = (caller: Caller<Request>) => Promise<RateLimitVerdict>;

/** A String of RFC 9651 §3.3.3. */
function quoted(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text)) throw new ConfigError(`A rate limit's name stands in a header: ${JSON.stringify(text)} can't.`);
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

const seconds = (until: Date): number => Math.max(0, Math.ceil((until.getTime() - Date.now()) / 1000));

function refusal({ fault, retryAfter = 1 }: RateLimitAnswer): HttpResponse {
  const code = fault ? "limiter_unavailable" : "rate_limited";
  return problem(code, { body: { retry_after: retryAfter }, headers: { "Retry-After": String(retryAfter) } });
}

/** Ids alone: whatever else a subject is called, and whichever session it is in, it has one count. */
const userKey = ({ id, tenant }: Subject): string => (tenant === undefined ? `user:${id}` : `user-of:${JSON.stringify([tenant, id])}`);

/**
 * The rate limiting behind every adapter's `rateLimit`: counts a request for whoever makes it, says so in the fields
 * of draft-ietf-httpapi-ratelimit-headers-10, and refuses what is too much with 429 and `Retry-After`. The fields name
 * the limit and no partition key, so they tell nobody who was counted.
 *
 * @throws ConfigError when the limit was not declared or an option makes no sense
 *
 * @example
 * ```ts
 * import { createRateLimit } from "@nightlatch/core/http";
 * import { createRateLimits, memoryLimits, rateLimitPresets } from "@nightlatch/core/limits";
 *
 * const limits = createRateLimits(rateLimitPresets, memoryLimits());
 * const limit = createRateLimit<keyof typeof rateLimitPresets, Request>(limits, "api:public", { by: "address" });
 * export const judged = (request: Request, address: string) => limit({ request, address });
 * ```
 */
export function createRateLimit<Name extends string, Request>(
  limits: RateLimits<Name>,
  name: NoInfer<Name>,
  { by, points = 1, ipv6Prefix = 64, ...unknown }: RateLimitOptions<Request>,
): RateLimiter<Request> {
  refuseUnknown("rateLimit", unknown, "by, points and ipv6Prefix");
  if (typeof limits?.consume !== "function") throw new ConfigError("rateLimit takes what createRateLimits gives, and the name of a limit.");
  if (by !== "user" && by !== "address" && typeof by !== "function")
    throw new ConfigError('rateLimit: by says whose requests are counted together: "user", "address", or a function that gives a key.');
  const { limit, window } = limits.policy(name);
  if (!Number.isInteger(points) || points < 1 || points > limit)
    throw new ConfigError(`rateLimit: points is a whole number from 1 to the limit's own ${limit}; got ${String(points)}.`);
  clientAddressKey(undefined, { ipv6Prefix });

  const quotedName = quoted(name);
  const policyField = ["RateLimit-Policy", `${quotedName};q=${limit};w=${window}`] as const;

  const ownKey = async (caller: Caller<Request>): Promise<string | undefined> => {
    if (by === "user") {
      const subject = await caller.subject?.();
      return subject ? userKey(subject) : undefined;
    }
    const key = typeof by === "function" ? await by(caller.request) : undefined;
    return key ? `key:${key}` : undefined;
  };
  // Without an address there is one count for all who have none: an attacker who hides gains nothing by it.
  const addressKey = (address: string | undefined): string => `address:${clientAddressKey(address, { ipv6Prefix }) ?? "unknown"}`;

  return async (caller) => {
    const key = (by === "address" ? undefined : await ownKey(caller)) ?? addressKey(caller.address);
    const answer = await limits.consume(name, key, points);
    // A count that nobody has made is not told.
    const fields = answer.fault
      ? [policyField]
      : [policyField, ["RateLimit", `${quotedName};r=${answer.remaining};t=${seconds(answer.resetAt)}`] as const];
    // Nothing but an answer that says so lets anyone pass.
    return answer.allowed === true ? { fields } : { fields, response: refusal(answer) };
  };
}
