import type { MfaProblem } from "./problem.ts";
import type { ProblemBody } from "./wire.ts";

/** Seconds to wait, where the server does not say. */
const A_MOMENT = 30;

const CODE = /^[a-z_]+$/;

/**
 * What a problem's body says; `undefined` for what is no problem of the protocol.
 *
 * @param now - milliseconds since 1970, which waits are counted from
 */
export function problemOf(value: unknown, status: number, now: number, retryAfter?: string | null): MfaProblem | undefined {
  const body = value as ProblemBody | null;
  if (typeof body?.code !== "string" || !CODE.test(body.code) || body.type === undefined) return undefined;
  const { code, title, challenge, methods = [], errors = [], attempts_left, expires_at, max_age, purpose, enrol = false } = body;
  const wait = body.retry_after ?? (status === 429 ? (retryAfter ?? A_MOMENT) : undefined);
  return {
    code,
    status,
    title,
    // Seconds from now, or an HTTP date (RFC 9110 §10.2.3).
    ...(wait !== undefined && { retryAt: now + Number(wait) * 1000 || Date.parse(String(wait)) || now + A_MOMENT * 1000 }),
    ...(attempts_left !== undefined && { attemptsLeft: attempts_left }),
    // What asks for a code says what may answer it; a problem of another code has none of these.
    ...(/_(required|needed)$/.test(code) && {
      methods,
      challenge,
      maxAge: max_age,
      purpose,
      enrol,
      expiresAt: expires_at && Date.parse(expires_at),
    }),
    ...(code === "body_invalid" && { errors }),
  } as MfaProblem;
}

/** What a token of Nightlatch's says of itself: it is signed, not sealed. Nothing is decided by it but what may be shared. */
export function claimsOf(token: string | null | undefined): { purpose?: unknown; bind?: unknown; once?: unknown } {
  try {
    return JSON.parse(atob(token?.split(".")[1]?.replace(/-/g, "+").replace(/_/g, "/") ?? "")) ?? {};
  } catch {
    return {};
  }
}
