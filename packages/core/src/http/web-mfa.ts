import type { Mfa } from "../engine/mfa.ts";
import { ConfigError } from "../errors.ts";
import { createHandler } from "./handler.ts";
import { checkBind, checkSubject, type HostBinding, type HostOptions, type HostSettings, hostOf } from "./host.ts";
import type { HttpRequest, HttpResponse } from "./message.ts";
import { problem } from "./problem.ts";
import { createStepUp, type RemoteMfa, type StepUpMfa, type StepUpOptions } from "./step-up.ts";

/** What routes and guard share. */
export interface WebStepUpSettings extends HostSettings<Request> {}

/** The options of `webMfa`. */
export interface WebMfaOptions extends HostOptions<Request> {
  /** The path below which the routes are. @defaultValue "/auth/mfa" */
  basePath?: string;
}

/** What a guarded route demands that binds its approvals, where requests are the Web's: `bind` is given all that the handler is given. */
export interface WebStepUpOptions<Rest extends unknown[] = unknown[]> extends StepUpOptions, HostBinding<Request, Rest> {}

/** A handler of one route; what else it is given is the framework's. */
export type WebHandler<Rest extends unknown[]> = (request: Request, ...rest: Rest) => Response | Promise<Response>;

/** A handler behind a guard. */
export type GuardedHandler<Rest extends unknown[]> = (request: Request, ...rest: Rest) => Promise<Response>;

/** Puts a guard before a handler: `stepUp({ maxAge: "5m" }, handler)`. */
export interface WebStepUp {
  <Rest extends unknown[]>(options: WebStepUpOptions<Rest>, handler: WebHandler<NoInfer<Rest>>): GuardedHandler<Rest>;
  <Rest extends unknown[]>(options: StepUpOptions & { bind?: undefined }, handler: WebHandler<Rest>): GuardedHandler<Rest>;
}

/** What `webMfa` gives. */
export interface WebMfa {
  /** Answers every request below `basePath`; what is no route there is a 404. The request's body has to be unread. */
  handler(request: Request): Promise<Response>;
  stepUp: WebStepUp;
}

function responseOf({ status, headers, cookies = [], body }: HttpResponse, method: string): Response {
  const all = new Headers({ ...headers });
  for (const cookie of cookies) all.append("Set-Cookie", cookie);
  return new Response(body && method !== "HEAD" ? JSON.stringify(body) : null, { status, headers: all });
}

function requestOf(request: Request, path: string): HttpRequest {
  // Behind some servers the address alone says the host.
  const headers = { host: new URL(request.url).host, ...Object.fromEntries(request.headers) };
  return { method: request.method, path, headers, ...(request.body ? { stream: request.body } : {}) };
}

/** The handler's answer with what the guard adds to it; a response of the host's own may be one that can't be changed. */
function added(response: Response, headers: Readonly<Record<string, string>>, cookies: readonly string[] = []): Response {
  const all = new Headers(response.headers);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  for (const cookie of cookies) all.append("Set-Cookie", cookie);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers: all });
}

/**
 * The guard alone, where requests are the Web's: for a service that mounts no MFA routes.
 *
 * @throws ConfigError when an option makes no sense; so does `stepUp` for a demand
 *
 * @example
 * ```ts
 * import { remoteMfa, webStepUp } from "@nightlatch/core/http";
 *
 * declare function userOf(request: Request): Promise<{ id: string; session: string } | undefined>;
 *
 * const stepUp = webStepUp(remoteMfa({ url: "https://users.internal/auth/mfa" }), { subject: userOf });
 * export const POST = stepUp({ purpose: "payment.approve" }, () => Response.json({ approved: true }));
 * ```
 */
export function webStepUp(mfa: StepUpMfa | RemoteMfa, { subject, ...options }: WebStepUpSettings): WebStepUp {
  checkSubject(subject);
  const guardFor = createStepUp(mfa, options);
  return <Rest extends unknown[]>(
    { bind, ...demand }: StepUpOptions & { bind?: WebStepUpOptions<Rest>["bind"] | undefined },
    handler: WebHandler<Rest>,
  ): GuardedHandler<Rest> => {
    checkBind(bind);
    const guard = guardFor(demand);
    return async (request, ...rest) => {
      const bound = bind && (() => bind(request, ...rest));
      const verdict = await guard(requestOf(request, "/"), () => subject(request), bound);
      if (!verdict.pass) return responseOf(verdict.response, request.method);
      const response = await handler(request, ...rest);
      const { headers, cookies } = verdict;
      return Object.keys(headers).length > 0 ? added(response, headers, cookies) : response;
    };
  };
}

/**
 * The protocol for hosts whose requests and responses are the Web's: Hono, Next.js, Bun and their like, on Node's
 * runtime. Answers the MFA routes, and guards others.
 *
 * @throws ConfigError when an option makes no sense
 *
 * @example
 * ```ts
 * import type { Mfa } from "@nightlatch/core";
 * import { webMfa } from "@nightlatch/core/http";
 * import { Hono } from "hono";
 *
 * export function secured(mfa: Mfa, userOf: (request: Request) => { id: string; session: string } | undefined) {
 *   const { handler, stepUp } = webMfa(mfa, { subject: userOf });
 *   const cancel = stepUp({ maxAge: "5m" }, () => new Response(null, { status: 204 }));
 *   const app = new Hono();
 *   app.all("/auth/mfa/*", (c) => handler(c.req.raw));
 *   app.delete("/bookings/:id", (c) => cancel(c.req.raw));
 *   return app;
 * }
 * ```
 */
export function webMfa(mfa: Mfa, { basePath = "/auth/mfa", ...settings }: WebMfaOptions): WebMfa {
  const { subject, signIn: _, ...options } = settings;
  const stepUp = webStepUp(mfa, { subject, ...options });
  const hostFor = hostOf(settings);
  if (typeof basePath !== "string" || !/^(\/[^/?#]+)*$/.test(basePath)) {
    throw new ConfigError(`webMfa: basePath is a path without a slash at its end, such as /auth/mfa; got ${JSON.stringify(basePath)}.`);
  }
  const handle = createHandler(mfa, options);
  return Object.freeze({
    stepUp,
    async handler(request) {
      const { pathname } = new URL(request.url);
      const path = pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : "";
      const response = await handle(requestOf(request, path), hostFor(request));
      return responseOf(response ?? problem("unsupported"), request.method);
    },
  } satisfies WebMfa);
}
