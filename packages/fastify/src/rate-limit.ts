import { type Asker, checkSubject, createRateLimit, type RateLimitOptions } from "@nightlatch/core/http";
import type { RateLimits } from "@nightlatch/core/limits";
import type { FastifyReply, FastifyRequest } from "fastify";
import { send } from "./send.ts";
import type { StepUpHook } from "./step-up.ts";

/** The options of `rateLimit`. */
export interface FastifyRateLimitOptions extends RateLimitOptions<FastifyRequest> {
  /** Who is asking, as `fastifyMfa` is told; needed with `by: "user"`. */
  subject?(request: FastifyRequest): Asker | Promise<Asker>;
}

/** Several limits before one route stand in one list (RFC 9110 §5.3). */
function addField(reply: FastifyReply, name: string, value: string): void {
  const earlier = reply.getHeader(name);
  reply.header(name, earlier === undefined ? value : `${String(earlier)}, ${value}`);
}

/**
 * A hook that counts requests against a named limit, and refuses what is too much with 429. The address is
 * `request.ip`: behind proxies, tell Fastify which to trust (`Fastify({ trustProxy: … })`), else all clients are one.
 *
 * @throws ConfigError when the limit was not declared or an option makes no sense
 *
 * @example
 * ```ts
 * import { createRateLimits, memoryLimits, rateLimitPresets } from "@nightlatch/core/limits";
 * import { rateLimit } from "@nightlatch/fastify";
 * import Fastify from "fastify";
 *
 * const limits = createRateLimits(rateLimitPresets, memoryLimits());
 * const app = Fastify();
 * app.get("/rooms", { onRequest: rateLimit(limits, "api:public", { by: "address" }) }, async () => []);
 * ```
 */
export function rateLimit<Name extends string>(
  limits: RateLimits<Name>,
  name: NoInfer<Name>,
  { subject, ...options }: FastifyRateLimitOptions,
): StepUpHook {
  if (options.by === "user") checkSubject(subject, 'rateLimit by "user"');
  const limit = createRateLimit<Name, FastifyRequest>(limits, name, options);
  return async (limited, counted) => {
    const [request, reply] = [limited as FastifyRequest, counted as unknown as FastifyReply];
    const { fields, response } = await limit({ request, address: request.ip, ...(subject && { subject: () => subject(request) }) });
    for (const [field, value] of fields) addField(reply, field, value);
    return response && send(reply, response);
  };
}
