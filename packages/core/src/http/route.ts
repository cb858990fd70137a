import type { z } from "zod";
import type { Mfa } from "../engine/mfa.ts";
import type { Enrolling, Subject } from "../engine/requests.ts";
import type { Refusal, Verified } from "../engine/results.ts";
import type { HttpRequest, HttpResponse } from "./message.ts";
import type { ProblemCode } from "./problem.ts";

/**
 * Who may ask. `public`: everybody, since it tells of nobody. `session`: a user who is signed in. `sign-in`: that,
 * or the bearer of a sign-in's challenge in `MFA-Challenge`, who is not signed in yet.
 */
export type Access = "public" | "session" | "sign-in";

/** Who is asking: a subject, or whoever bears the challenge of a sign-in. */
export type Asking<A extends Access> = A extends "public" ? undefined : A extends "session" ? Subject : Subject | Enrolling;

/** A sign-in whose second step is done. */
export interface SignedIn {
  subject: Verified["subject"];
  /** The id that `session` gave: the grant belongs to it. */
  session: string;
  method: Verified["method"];
  amr: Verified["amr"];
  acr: string;
}

/**
 * What the host adds to the answer that ends a sign-in: a cookie, or a token in the body. A member of the body that both
 * have is the host's: `expires_in` is then its token's, and that of the grant stands in the grant.
 */
export interface SessionStart {
  headers?: Readonly<Record<string, string>>;
  cookies?: readonly string[];
  body?: Readonly<Record<string, unknown>>;
}

/** How `/verify` and `/enable` end a sign-in; where it is missing they take no `MFA-Challenge`. `Given` is what the framework gives. */
export interface SignInHook<Given extends unknown[] = []> {
  /**
   * The id that the session is going to have, before there is one: grants are bound to it. Called for anybody who posts
   * a challenge, before it and the code are looked at: make an id, and write nothing.
   */
  session(...given: Given): string | Promise<string>;
  /** Starts that session, and says what the answer adds for it. */
  start(signedIn: SignedIn, ...given: Given): SessionStart | undefined | Promise<SessionStart | undefined>;
}

/** What a route is given beside its body. */
export interface RouteContext<A extends Access = Access> {
  mfa: Mfa;
  request: HttpRequest;
  /** What the path names: the `id` of `/factors/:id`. */
  params: Readonly<Record<string, string>>;
  asking: Asking<A>;
  signIn: SignInHook | undefined;
  /** A grant that the request bears, in `MFA-Grant` or in the cookie where the host wants that. */
  grant: string | undefined;
}

/** A route: where it is, what it takes, what it answers, and what it does. */
export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  /** A name for programs, in camel case. */
  readonly id: string;
  readonly summary: string;
  readonly access: Access;
  /** What stands in the path; absent where nothing varies. */
  readonly params?: z.ZodType;
  /** Absent where no body is read. */
  readonly body?: z.ZodType;
  /** The body of the answer when all goes well. */
  readonly answer: z.ZodType;
  /** The problems of its own, beside those that every route can meet. */
  readonly refusals: readonly ProblemCode[];
  /** Whether a code may come in its body: such a route is behind the lockout. */
  readonly takesCode: boolean;
  /** Answers a request whose body has passed the schema. */
  handle(context: RouteContext, body: unknown): Promise<HttpResponse>;
}

/** Keeps a route's schema and the types of its handler together. */
export function route<A extends Access, Body = Record<string, never>>(
  facts: Omit<Route, "handle" | "takesCode" | "body" | "access" | "refusals"> & {
    access: A;
    body?: z.ZodType<Body>;
    takesCode?: boolean;
    refusals?: readonly ProblemCode[];
  },
  handle: (context: RouteContext<A>, body: Body) => Promise<HttpResponse>,
): Route {
  return Object.freeze({
    takesCode: false,
    refusals: [],
    ...facts,
    handle: (context: RouteContext, body: unknown) => handle(context as RouteContext<A>, body as Body),
  });
}

/** Refusals of a route that takes a code. */
export const CODE_REFUSALS: readonly ProblemCode[] = ["code_invalid", "code_used", "locked", "challenge_expired"];

/** Refusals of a change of factors. */
export const PROOF_REFUSALS: readonly ProblemCode[] = [...CODE_REFUSALS, "proof_needed", "enrolment_required", "enrolment_mismatch"];

/** Whether a result is a refusal. */
export const isRefusal = (result: { ok: boolean }): result is Refusal => result.ok !== true;
