import { ACR } from "../engine/acr.ts";
import type { Refusal, RefusalReason, SignIn } from "../engine/results.ts";
import { isMfaError, type MfaErrorCode } from "../errors.ts";
import type { HttpResponse } from "./message.ts";
import type { ProblemBody } from "./wire.ts";

/** The stable code of a problem. */
export type ProblemCode =
  | "unauthenticated"
  | "mfa_required"
  | "step_up_required"
  | "proof_needed"
  | "code_invalid"
  | "code_used"
  | "challenge_expired"
  | "locked"
  | "enrolment_required"
  | "enrolment_mismatch"
  | "origin_refused"
  | "body_invalid"
  | "body_too_large"
  | "media_type_unsupported"
  | "method_not_allowed"
  | "binding_invalid"
  | "factor_unknown"
  | "factor_limit"
  | "device_unknown"
  | "already_enrolled"
  | "too_soon"
  | "rate_limited"
  | "limiter_unavailable"
  | "own_account"
  | "delivery_failed"
  | "unsupported"
  | "unavailable"
  | "internal";

/** Every code with its status and what the person is told. */
const PROBLEMS: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  unauthenticated: [401, "Sign in first."],
  mfa_required: [401, "Enter a code from your authenticator app to finish signing in."],
  step_up_required: [401, "This needs a fresh code from your authenticator app."],
  proof_needed: [401, "Changing two-step verification needs a fresh code from your authenticator app, or a recovery code."],
  code_invalid: [401, "That code is not right. Enter the newest code that your authenticator app shows."],
  code_used: [401, "That code has been used already. Wait for the next one."],
  challenge_expired: [401, "This took too long, or something changed meanwhile. Start again."],
  locked: [429, "Too many wrong codes. Wait before the next one."],
  enrolment_required: [403, "This needs two-step verification. Set it up first."],
  enrolment_mismatch: [403, "Your two-step verification can't be found. This is refused until an administrator has looked into it."],
  origin_refused: [403, "This request came from another site, so it was refused."],
  body_invalid: [400, "The request is not what this route takes."],
  body_too_large: [413, "The request's body is over 16 KiB."],
  media_type_unsupported: [415, "Send the body as application/json."],
  method_not_allowed: [405, "This route does not take that method."],
  binding_invalid: [400, "The request does not say what it is about, so no approval can be bound to it."],
  unsupported: [404, "This is not offered here."],
  factor_unknown: [404, "There is no such authenticator."],
  factor_limit: [409, "No more authenticators can be added beside those you have."],
  device_unknown: [404, "There is no such trusted device."],
  already_enrolled: [409, "This authenticator is enrolled already."],
  too_soon: [429, "A code was sent a moment ago. Wait before asking for another."],
  rate_limited: [429, "Too many requests. Wait before the next one."],
  limiter_unavailable: [503, "Requests can't be counted just now, so this one was refused. Try again in a moment."],
  own_account: [403, "An administrator does this for others, never for their own account."],
  delivery_failed: [503, "The code could not be sent. Try again in a moment, or use another method."],
  unavailable: [503, "Two-step verification can't be checked just now. Try again in a moment."],
  internal: [500, "Something went wrong. It has been reported."],
};

const OF_REFUSAL: Record<RefusalReason, ProblemCode> = {
  invalid: "code_invalid",
  replayed: "code_used",
  locked: "locked",
  expired: "challenge_expired",
  proof_needed: "proof_needed",
  not_enrolled: "enrolment_required",
  unknown_factor: "factor_unknown",
  unknown_device: "device_unknown",
  already_enrolled: "already_enrolled",
  factor_limit: "factor_limit",
  too_soon: "too_soon",
  own_account: "own_account",
  unsupported: "unsupported",
};

/** The refusal that a problem's body tells of, when it came from another service; `undefined` for any other problem. */
export function refusalIn({ code, attempts_left: attemptsLeft, retry_after: retryAfter }: ProblemBody): Refusal | undefined {
  const reason = (Object.keys(OF_REFUSAL) as RefusalReason[]).find((name) => OF_REFUSAL[name] === code);
  return (
    reason && {
      ok: false,
      reason,
      ...(attemptsLeft === undefined ? {} : { attemptsLeft }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    }
  );
}

const OF_ERROR: Record<MfaErrorCode, ProblemCode> = {
  config_invalid: "internal",
  key_unusable: "unavailable",
  seal_broken: "unavailable",
  store_failed: "unavailable",
  enrolment_mismatch: "enrolment_mismatch",
  delivery_failed: "delivery_failed",
};

/** What a refusal adds to the problem and its header. */
export interface ProblemExtra {
  /** Members of the body beside the standard ones. */
  body?: Record<string, unknown>;
  /** Seconds: for `max_age`. */
  maxAge?: number;
  headers?: Record<string, string>;
}

/** RFC 9470 §3: what a step-up refusal says in `WWW-Authenticate`. No member holds what a user typed. */
function stepUpHeader(description: string, maxAge: number | undefined): string {
  const members = [`error="insufficient_user_authentication"`, `error_description="${description}"`, `acr_values="${ACR}"`];
  if (maxAge !== undefined) members.push(`max_age="${maxAge}"`);
  return `Bearer ${members.join(", ")}`;
}

/**
 * A problem (RFC 9457): its `status` is the response's own, and its `code` is what programs compare.
 *
 * @example
 * ```ts
 * import { problem } from "@nightlatch/core/http";
 *
 * console.log(problem("unauthenticated").status); // 401
 * ```
 */
export function problem(code: ProblemCode, { body, maxAge, headers }: ProblemExtra = {}): HttpResponse {
  const [status, title] = PROBLEMS[code];
  // RFC 9110 §15.5.2: a 401 bears a challenge.
  const challenge = status === 401 ? { "WWW-Authenticate": code === "unauthenticated" ? "Bearer" : stepUpHeader(title, maxAge) } : {};
  return {
    status,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store", ...challenge, ...headers },
    body: { type: `urn:nightlatch:error:${code}`, title, status, code, ...body },
  };
}

/** The status that a code is answered with. */
export const statusOf = (code: ProblemCode): number => PROBLEMS[code][0];

/** A request that a route does not take, with the place that is wrong. */
export const invalid = (path: string, message: string): HttpResponse => problem("body_invalid", { body: { errors: [{ path, message }] } });

const ofRefusal = ({ reason, attemptsLeft, retryAfter }: Refusal): HttpResponse =>
  problem(OF_REFUSAL[reason], {
    body: {
      ...(attemptsLeft === undefined ? {} : { attempts_left: attemptsLeft }),
      ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
    },
    headers: PROBLEMS[OF_REFUSAL[reason]][0] === 429 && retryAfter !== undefined ? { "Retry-After": String(retryAfter) } : {},
  });

/**
 * The HTTP answer for what was refused: a `Refusal`, a sign-in that needs its second step, or an error of
 * Nightlatch's. Any other error is thrown on, since it is not ours to answer. The answer says nothing of
 * the cause; log the error itself.
 *
 * @example
 * ```ts
 * import type { Mfa } from "@nightlatch/core";
 * import { toProblem } from "@nightlatch/core/http";
 *
 * export async function secondStep(mfa: Mfa, challenge: string, code: string, session: string) {
 *   const verification = await mfa.verify({ challenge, code, session });
 *   return verification.ok ? { status: 200, headers: {}, body: { amr: verification.amr } } : toProblem(verification);
 * }
 * ```
 */
export function toProblem(refused: unknown): HttpResponse {
  if (isMfaError(refused)) return problem(OF_ERROR[refused.code]);
  if (typeof refused === "object" && refused !== null) {
    if ("ok" in refused && refused.ok === false) return ofRefusal(refused as Refusal);
    if ("required" in refused && refused.required === true) {
      const { challenge, methods, enrol, expiresAt } = refused as SignIn & { required: true };
      return problem("mfa_required", { body: { challenge, methods, enrol, expires_at: expiresAt.toISOString() } });
    }
  }
  throw refused;
}
