import type { Mfa } from "@nightlatch/core";
import {
  checkBind,
  checkSubject,
  createHandler,
  createStepUp,
  type HostBinding,
  type HostOptions,
  type HostSettings,
  type HttpRequest,
  hostOf,
  type RemoteMfa,
  type StepUpMfa,
  type StepUpOptions,
} from "@nightlatch/core/http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { send, setHead } from "./send.ts";

/** What routes and guard share. */
export interface ExpressStepUpSettings extends HostSettings<Request> {}

/** The options of `expressMfa`. */
export interface ExpressMfaOptions extends HostOptions<Request, [res: Response]> {}

/** What a guarded route demands, on Express. */
export interface ExpressStepUpOptions extends StepUpOptions, Partial<HostBinding<Request>> {}

/** What `expressMfa` gives. */
export interface ExpressMfa {
  /** The protocol's routes; mount it where the client will look: `app.use("/auth/mfa", router)`. */
  router: RequestHandler;
  /**
   * A guard for one route; it stands before the handler, and leaves the types of the route's parameters alone. How
   * a request was proved is in `res.locals.mfa`, a `StepUpProof`; nothing where no proof was needed. Throws `ConfigError`
   * when the demand makes no sense.
   */
  stepUp(options?: ExpressStepUpOptions): StepUpHandler;
}

/** Middleware for a route with any parameters. */
export type StepUpHandler = <Params>(req: Request<Params>, res: Response, next: NextFunction) => Promise<void>;

const requestOf = (req: Request): HttpRequest => ({
  method: req.method,
  path: req.path,
  headers: req.headers,
  parsedBody: req.body as unknown,
  stream: req,
});

/**
 * Mounts Nightlatch on an Express 5 app: the MFA routes as a router, and the step-up guard as middleware.
 * Works behind `express.json()` or without it.
 *
 * @throws ConfigError when an option makes no sense
 *
 * @example
 * ```ts
 * import type { Mfa } from "@nightlatch/core";
 * import { expressMfa } from "@nightlatch/express";
 * import express from "express";
 *
 * export function secured(mfa: Mfa, userOf: (req: express.Request) => { id: string; sid: string } | undefined) {
 *   const { router, stepUp } = expressMfa(mfa, {
 *     subject(req) {
 *       const user = userOf(req);
 *       return user && { id: user.id, session: user.sid };
 *     },
 *   });
 *   const app = express();
 *   app.use("/auth/mfa", router);
 *   app.delete("/bookings/:id", stepUp({ maxAge: "5m" }), (_req, res) => res.sendStatus(204));
 *   return app;
 * }
 * ```
 */
export function expressMfa(mfa: Mfa, settings: ExpressMfaOptions): ExpressMfa {
  const { subject, signIn: _, ...options } = settings;
  const stepUp = expressStepUp(mfa, { subject, ...options });
  const hostFor = hostOf(settings);
  const handle = createHandler(mfa, options);

  return Object.freeze({
    stepUp,
    router: async (req, res, next) => {
      const response = await handle(requestOf(req), hostFor(req, res));
      if (response) send(res, response);
      else next();
    },
  } satisfies ExpressMfa);
}

/**
 * The guard alone: for a service that mounts no MFA routes, such as one with `remoteMfa` that verifies what
 * another service has granted.
 *
 * @throws ConfigError when an option makes no sense
 *
 * @example
 * ```ts
 * import { remoteMfa } from "@nightlatch/core/http";
 * import { expressStepUp } from "@nightlatch/express";
 * import type { Request } from "express";
 *
 * export const guards = (claimsOf: (req: Request) => { sub: string; sid: string } | undefined) =>
 *   expressStepUp(remoteMfa({ url: "https://users.internal/auth/mfa" }), {
 *     subject(req) {
 *       const claims = claimsOf(req);
 *       return claims && { id: claims.sub, session: claims.sid };
 *     },
 *   });
 * ```
 */
export function expressStepUp(mfa: StepUpMfa | RemoteMfa, { subject, ...options }: ExpressStepUpSettings): ExpressMfa["stepUp"] {
  checkSubject(subject);
  const guardFor = createStepUp(mfa, options);
  return ({ bind, ...demand } = {}) => {
    checkBind(bind);
    const guard = guardFor(demand);
    return async (request, res, next) => {
      // Whatever its parameters are called, it is a request: only `bind` reads them, and it is the host's.
      const req = request as unknown as Request;
      const verdict = await guard({ method: req.method, headers: req.headers }, () => subject(req), bind && (() => bind(req)));
      if (!verdict.pass) return send(res, verdict.response);
      setHead(res, verdict);
      res.locals.mfa = verdict.proof;
      next();
    };
  };
}
