/** What is wrong with a request's body or path. */
export interface FieldError {
  path: string;
  message: string;
}

/** Codes of the server's problems that nothing is added to. */
type PlainCode =
  | "unauthenticated"
  | "challenge_expired"
  | "enrolment_required"
  | "enrolment_mismatch"
  | "origin_refused"
  | "body_too_large"
  | "media_type_unsupported"
  | "method_not_allowed"
  | "binding_invalid"
  | "factor_unknown"
  | "factor_limit"
  | "device_unknown"
  | "already_enrolled"
  | "limiter_unavailable"
  | "own_account"
  | "delivery_failed"
  | "unsupported"
  | "unavailable"
  | "internal";

interface Told<Code extends string> {
  code: Code;
  /** Of the response. */
  status: number;
  /** What the server says of it, in English; a screen says its own. */
  title: string;
}

/** What may answer a challenge, and until when. */
export interface ChallengeFacts {
  challenge: string;
  methods: readonly string[];
  /** Milliseconds since 1970, where the server says it. */
  expiresAt?: number;
}

/** What a guard demands. */
export interface DemandFacts {
  /** Absent where no grant will do: then the code goes with the request itself. */
  challenge?: string | undefined;
  methods: readonly string[];
  /** Seconds that a proof may be old. */
  maxAge?: number | undefined;
  purpose?: string;
}

/**
 * Everything that can go wrong, told apart by `code`: the problems of the server, and `network` (no answer came),
 * `aborted` (by the caller's signal) and `unexpected` (an answer that is none of the protocol).
 */
export type MfaProblem =
  | Told<PlainCode>
  /** `retryAt` when it was one wrong code too many. */
  | (Told<"code_invalid" | "code_used"> & { attemptsLeft?: number; retryAt?: number })
  /** `retryAt` is in milliseconds since 1970, by the clock of this device. */
  | (Told<"locked" | "too_soon" | "rate_limited"> & { retryAt: number })
  | (Told<"mfa_required"> & ChallengeFacts & { enrol: boolean })
  | (Told<"step_up_required"> & DemandFacts)
  | (Told<"proof_needed"> & { challenge?: string; methods: readonly string[] })
  | (Told<"body_invalid"> & { errors: readonly FieldError[] })
  | { code: "network"; error: unknown }
  | { code: "aborted" }
  | { code: "unexpected"; status: number };

/** Every code of a problem. */
export type MfaProblemCode = MfaProblem["code"];

/** What came of a call: the server's answer, or what was wrong. A client never throws. */
export type MfaResult<Answer> = { ok: true; answer: Answer } | { ok: false; problem: MfaProblem };
