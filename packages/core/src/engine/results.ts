import type { Amr, Method } from "../factors/factor.ts";

/** Why something was refused. None of these is an error of the program. */
export type RefusalReason =
  | "invalid"
  | "replayed"
  | "locked"
  | "expired"
  | "proof_needed"
  | "not_enrolled"
  | "unknown_factor"
  | "unknown_device"
  | "already_enrolled"
  | "factor_limit"
  | "too_soon"
  | "own_account"
  | "unsupported";

/**
 * A refusal. `invalid`: the code is wrong, too old, or of a factor that is not there: the three look alike.
 * `replayed`: it was used before. `locked`: too many failures; `retryAfter` says how long. `expired`: the
 * challenge, or the set-up, is over. `proof_needed`: this wants a code or a fresh grant. `not_enrolled`: there
 * is nothing to change. `unknown_factor`: no enabled authenticator has that id. `unknown_device`: no trusted
 * device has that id. `already_enrolled`: the subject has this very secret. `factor_limit`: another
 * authenticator would make too many codes valid at once. `too_soon`: a code was sent a moment ago.
 * `own_account`: an admin acts on others alone. `unsupported`: this host offers no factor of that type, no
 * recovery codes, or no delivery.
 */
export interface Refusal {
  ok: false;
  /** Which of these it was. Of `invalid` nothing more is told, lest it help whoever guesses. */
  reason: RefusalReason;
  /** Failures that may follow before a lock; 0 when this one locked. */
  attemptsLeft?: number;
  /** Seconds until an attempt is admitted again. */
  retryAfter?: number;
}

/** A code was right. */
export interface Verified {
  ok: true;
  /** Who answered. After a sign-in start the session of this subject, and of nobody else. */
  subject: { id: string; tenant?: string };
  method: Method;
  /** RFC 8176 values, or `recovery_code`; the first factor's among them after a sign-in. */
  amr: Amr[];
  /** The assurance level reached: `urn:nightlatch:acr:mfa`. */
  acr: string;
  /** Signed proof of this verification, for the guards of the same session. */
  grant: string;
  /** When the grant ends. */
  expiresAt: Date;
  /** Seconds until then. */
  expiresIn: number;
  /** A new set; shown this once, kept nowhere in clear. */
  recoveryCodes?: string[];
  /** Told when a recovery code was used: how many were left when this one was charged, less itself. */
  recoveryCodesLeft?: number;
  /** The authenticator's secret is short (under 128 bits, RFC 4226 §4 R6): ask for a new enrolment. */
  reEnrol?: true;
  /** The device is trusted from now on. Keep `token` in it, in a cookie that scripts can't read; it is shown this once. */
  device?: { id: string; token: string; expiresAt: Date };
}

/** The judgement of a code. */
export type Verification = Verified | Refusal;

/**
 * What stands between the first factor and the session. Nothing: because the subject has no factor (and must
 * enrol until `enrolBy`, if that is told), because this device is trusted (`deviceId`), or because MFA is
 * `switchedOff`. Or a challenge: to be answered with a code; or with `enrol`, since this subject must enrol
 * and may do nothing else, to set up and enable an authenticator with.
 */
export type SignIn =
  | { required: false; amr: Amr[]; enrolBy?: Date; deviceId?: string; switchedOff?: true }
  | { required: true; challenge: string; methods: Method[]; enrol: boolean; expiresAt: Date };

/** An opaque demand for a code. It can be answered for five minutes. */
export interface Challenge {
  challenge: string;
  methods: Method[];
  expiresAt: Date;
}

/** Whether a grant will do. Why it will not is not told apart: the remedy is the same. */
export type GrantCheck = { ok: true; method: Method; amr: Amr[]; acr: string; verifiedAt: Date; expiresAt: Date } | { ok: false };

/** An authenticator, as its owner may see it. */
export interface FactorInfo {
  id: string;
  type: Method;
  name: string;
  createdAt: Date;
  lastUsedAt?: Date;
  /** Its secret has under 128 bits (RFC 4226 §4 R6): it was imported so, and should be replaced. */
  short: boolean;
}

/** A trusted device, as its owner may see it. */
export interface DeviceInfo {
  id: string;
  name: string;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt?: Date;
}

/** A subject's state. */
export interface Status {
  enabled: boolean;
  factors: FactorInfo[];
  /** What a sign-in could be completed with now. */
  methods: Method[];
  recoveryCodesLeft: number;
  /** The end of a lock of the authenticator lane. */
  lockedUntil?: Date;
  /** MFA is switched off, for this subject or for everybody: sign-ins need no second step and guards let pass. */
  switchedOff: boolean;
}

/** An authenticator set up and waiting for its first code. `secret` is base32, for typing in where no camera is. */
export type Setup = { ok: true; factorId: string; secret: string; uri: string; expiresAt: Date } | Refusal;
