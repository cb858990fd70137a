import { type Asker, checkSubject, createRateLimit, type RateLimitOptions } from "@nightlatch/core/http";
import type { RateLimits } from "@nightlatch/core/limits";
import type { Request, Response } from "express";
import type { StepUpHandler } from "./express-mfa.ts";
import { send } from "./send.ts";

/** The options of `rateLimit`. */
export interface ExpressRateLimitOptions extends RateLimitOptions<Request> {
  /** Who is asking, as `expressMfa` is told; needed with `by: "user"`. */
  subject?(req: Request): Asker | Promise<Asker>;
}

/** The middleware that `rateLimit` makes, for a route with any parameters. */
export type RateLimitHandler = StepUpHandler;

/** Several limits before one route stand in one list (RFC 9110 §5.3). */
function addField(res: Response, name: string, value: string): void {
  const earlier = res.getHeader(name);
  res.setHeader(name, earlier === undefined ? value : `${String(earlier)}, ${value}`);
}

/**
 * Middleware that counts requests against a named limit, and refuses what is too much with 429. The address is
 * `req.ip`: behind proxies, tell Express which to trust (`app.set("trust proxy", …)`), else all clients are one.
 *
 * @throws ConfigError when the limit was not declared or an option makes no sense
 *
 * @example
 * ```ts
 * import { createRateLimits, memoryLimits, rateLimitPresets } from "@nightlatch/core/limits";
 * import { rateLimit } from "@nightlatch/express";
 * import express from "express";
 *
 * const limits = createRateLimits(rateLimitPresets, memoryLimits());
 * const app = express();
 * app.get("/rooms", rateLimit(limits, "api:public", { by: "address" }), (_req, res) => res.json([]));
 * ```
 */
export function rateLimit<Name extends string>(
  limits: RateLimits<Name>,
  name: NoInfer<Name>,
  { subject, ...options }: ExpressRateLimitOptions,
): RateLimitHandler {
  if (options.by === "user") checkSubject(subject, 'rateLimit by "user"');
  const limit = createRateLimit<Name, Request>(limits, name, options);
  return async (request, res, next) => {
    const req = request as unknown as Request;
    const { fields, response } = await limit({ request: req, address: req.ip, ...(subject && { subject: () => subject(req) }) });
    for (const [field, value] of fields) addField(res, field, value);
    if (response) send(res, response);
    else next();
  };
}
