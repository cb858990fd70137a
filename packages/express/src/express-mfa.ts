import { ConfigError, type Mfa, type Subject } from "@nightlatch/core";
import {
  createHandler,
  createStepUp,
  type HttpOptions,
  type HttpRequest,
  type HttpResponse,
  type RemoteMfa,
  type SessionStart,
  type SignedIn,
  type StepUpMfa,
  type StepUpOptions,
} from "@nightlatch/core/http";
import type { NextFunction, Request, RequestHandler, Response } from "express";

/** What routes and guard share. */
export interface ExpressStepUpSettings extends HttpOptions {
  /**
   * Who is asking: the user of a session past the first factor, with the session's id. Nothing when nobody
   * is signed in, and never from what the request merely claims.
   */
  subject(req: Request): Subject | undefined | null | false | Promise<Subject | undefined | null | false>;
}

/** The options of `expressMfa`. */
export interface ExpressMfaOptions extends ExpressStepUpSettings {
  /**
   * Lets `/verify` and `/enable` end a sign-in by its challenge in `MFA-Challenge`: `session` says the id of the
   * session to come, and `start` starts it once the second step is done. @defaultValue such a sign-in ends by a route of the host's own
   */
  signIn?: {
    /**
     * The id that the session is going to have, before there is one: grants are bound to it. Called for anybody who posts
     * a challenge, before it and the code are looked at: make an id, and write nothing.
     */
    session(req: Request, res: Response): string | Promise<string>;
    /** Starts that session, and says what the answer adds for it. */
    start(signedIn: SignedIn, req: Request, res: Response): SessionStart | undefined | Promise<SessionStart | undefined>;
  };
}

/** What a guarded route demands, on Express. */
export interface ExpressStepUpOptions extends StepUpOptions {
  /** What the approval is bound to: the resource, the amount, the payee. It is asked once it is known who is asking. */
  bind?(req: Request): readonly string[] | Promise<readonly string[]>;
}

/** What `expressMfa` gives. */
export interface ExpressMfa {
  /** The protocol's routes; mount it where the client will look: `app.use("/auth/mfa", router)`. */
  router: RequestHandler;
  /**
   * A guard for one route; it stands before the handler, and leaves the types of the route's parameters alone. How
   * a request was proved is in `res.locals.mfa`, a `StepUpProof`.
   */
  stepUp(options?: ExpressStepUpOptions): StepUpHandler;
}

/** Middleware for a route with any parameters. */
export type StepUpHandler = <Params>(req: Request<Params>, res: Response, next: NextFunction) => Promise<void>;

/**
 * Writes an answer of the protocol: a problem made by `toProblem`, say, in the host's own sign-in route.
 *
 * @example
 * ```ts
 * import type { Mfa } from "@nightlatch/core";
 * import { randomUUID } from "node:crypto";
 * import { toProblem } from "@nightlatch/core/http";
 * import { send } from "@nightlatch/express";
 * import type { Request, Response } from "express";
 *
 * export const secondStep = (mfa: Mfa) => async (req: Request, res: Response) => {
 *   const session = randomUUID();
 *   const verification = await mfa.verify({ challenge: req.body.challenge, code: req.body.code, session });
 *   if (verification.ok) res.json({ user: verification.subject.id, session });
 *   else send(res, toProblem(verification));
 * };
 * ```
 */
export function send(res: Response, { status, body, ...head }: HttpResponse): void {
  setHead(res.status(status), head);
  // `res.send` would add an ETag, a fingerprint of what may be a secret, and answer 304 by it.
  res.end(body && JSON.stringify(body));
}

function setHead(res: Response, { headers, cookies = [] }: Pick<HttpResponse, "headers" | "cookies">): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name === "Vary") res.vary(value);
    else res.setHeader(name, value);
  }
  for (const cookie of cookies) res.append("Set-Cookie", cookie);
}

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
export function expressMfa(mfa: Mfa, { signIn, ...settings }: ExpressMfaOptions): ExpressMfa {
  const { subject, ...options } = settings;
  const stepUp = expressStepUp(mfa, settings);
  const handle = createHandler(mfa, options);

  return Object.freeze({
    stepUp,
    router: async (req, res, next) => {
      const response = await handle(requestOf(req), {
        subject: async () => (await subject(req)) || undefined,
        signIn: signIn && { session: () => signIn.session(req, res), start: (signedIn) => signIn.start(signedIn, req, res) },
      });
      if (response) send(res, response);
      else next();
    },
  } satisfies ExpressMfa);
}

/**
 * The guard alone: for a service that mounts no MFA routes, such as one with `remoteMfa` that verifies what
 * another service has granted.
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
  if (typeof subject !== "function") {
    throw new ConfigError(
      "Nightlatch needs to know who is asking: { subject: (req) => req.user && { id: req.user.id, session: req.user.sid } }.",
    );
  }
  const guardFor = createStepUp(mfa, options);
  return ({ bind, ...demand } = {}) => {
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
