import type { Subject } from "../engine/requests.ts";
import { ConfigError } from "../errors.ts";
import type { HttpOptions } from "./options.ts";
import type { SignInHook } from "./route.ts";
import type { Asker } from "./step-up.ts";

/** What an adapter knows of the host beside the request. */
export interface Host {
  /** Who is signed in, past the first factor and by a session of theirs. */
  subject(): Promise<Subject | undefined>;
  signIn?: SignInHook | undefined;
}

/** What routes and guard share; `Request` is the framework's. */
export interface HostSettings<Request> extends HttpOptions {
  /**
   * Who is asking: the user of a session past the first factor, with the session's id, and with what the app itself
   * remembers of the enrolment (`enrolled`). Nothing when nobody is signed in, and never from what the request merely claims.
   */
  subject(request: Request): Asker | Promise<Asker>;
}

/** What a host tells an adapter that mounts the routes; `More` is what the framework gives a handler beside the request. */
export interface HostOptions<Request, More extends unknown[] = []> extends HostSettings<Request> {
  /**
   * Lets `/verify` and `/enable` end a sign-in by its challenge in `MFA-Challenge`: `session` says the id of the
   * session to come, and `start` starts it once the second step is done. @defaultValue such a sign-in ends by a route of the host's own
   */
  signIn?: SignInHook<[request: Request, ...more: More]>;
}

/** What binds the approvals of a guarded route; `More` is what it is given beside the request. */
export interface HostBinding<Request, More extends unknown[] = []> {
  /** What the approval is bound to: the resource, the amount, the payee. It is asked once it is known who is asking. */
  bind(request: Request, ...more: More): readonly string[] | Promise<readonly string[]>;
}

/**
 * Stops the start where a host does not say who is asking; `asker` is what wants to know it, for the message.
 *
 * @throws ConfigError when `subject` is no function
 */
export function checkSubject(subject: unknown, asker = "Nightlatch"): void {
  if (typeof subject === "function") return;
  throw new ConfigError(
    `${asker} needs to know who is asking: { subject: (request) => request.user && { id: request.user.id, session: request.user.sid } }.`,
  );
}

/**
 * Stops the start where a guard's `bind` would bind nothing, or fail at each request.
 *
 * @throws ConfigError when there is one and it is no function
 */
export function checkBind(bind: unknown): void {
  if (bind === undefined || typeof bind === "function") return;
  throw new ConfigError(
    "stepUp: bind is a function that says what a request's approval is bound to: { bind: (request) => [request.params.id] }.",
  );
}

/**
 * What the handler is to know of the host, for each request: `subject` and `signIn` of an adapter's options, called with
 * what the framework gives.
 *
 * @throws ConfigError when one of them is not what it should be
 *
 * @example
 * ```ts
 * import type { Mfa, Subject } from "@nightlatch/core";
 * import { createHandler, hostOf, type HttpRequest } from "@nightlatch/core/http";
 *
 * export function adapter<Incoming extends HttpRequest>(mfa: Mfa, subject: (request: Incoming) => Subject | undefined) {
 *   const handle = createHandler(mfa);
 *   const hostFor = hostOf<Incoming>({ subject });
 *   return (request: Incoming) => handle(request, hostFor(request));
 * }
 * ```
 */
export function hostOf<Request, More extends unknown[] = []>({
  subject,
  signIn,
}: Pick<HostOptions<Request, More>, "subject" | "signIn">): (request: Request, ...more: More) => Host {
  checkSubject(subject);
  if (signIn !== undefined && (typeof signIn?.session !== "function" || typeof signIn.start !== "function")) {
    throw new ConfigError("signIn takes two functions: { session: () => randomUUID(), start: ({ subject, session }) => … }.");
  }
  return (request, ...more) => ({
    subject: async () => (await subject(request)) || undefined,
    signIn: signIn && { session: () => signIn.session(request, ...more), start: (signedIn) => signIn.start(signedIn, request, ...more) },
  });
}
