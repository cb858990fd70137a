import type { MfaEvent } from "../audit/events.ts";
import type { AuditLog } from "../audit/log.ts";
import type { Amr, Factor, Method } from "../factors/factor.ts";
import type { Duration } from "../internal/duration.ts";
import type { LockoutPolicy } from "../lockout/policy.ts";
import type { KeyProvider } from "../secrets/key-provider.ts";
import type { Store } from "../stores/store.ts";

/** A user of the host. */
export interface Subject {
  /** The host's own id of the user: opaque, stable, never an address that can change hands. */
  id: string;
  /** What the authenticator app shows beside the issuer. @defaultValue the id */
  name?: string;
  /** Keeps subjects of different tenants apart, whatever their ids. */
  tenant?: string;
  /** The id of the host's session. Grants are bound to it; without one they are good in every session of the subject. */
  session?: string;
}

/** The options of `createMfa`. */
export interface MfaOptions {
  /** Who issues the codes, as authenticator apps show it. */
  issuer: string | ((subject: Subject) => string);
  /** Opens the store's data keys: `keyring(process.env.NIGHTLATCH_KEYS)`, or a KMS. */
  keys: KeyProvider;
  /** Where factors, locks and the log live: `postgresStore(client)`, `sqliteStore(database)`, `memoryStore()`. */
  store: Store;
  /** @defaultValue [totp()] */
  factors?: readonly Factor[];
  /** How many recovery codes a set has, 1 to 20; `false` for none. @defaultValue { count: 10 } */
  recoveryCodes?: { count?: number } | false;
  /** How wrong codes lock. @defaultValue 5 failures for 15 minutes, doubling to 24 hours */
  lockout?: LockoutPolicy;
  /** `maxAge`: how fresh a grant must be to change factors. @defaultValue { maxAge: "5m" } */
  enrolment?: { maxAge?: Duration };
  /** `longest`: how long a grant can be used at all, 24 h at most. @defaultValue { longest: "15m" } */
  grants?: { longest?: Duration };
  /** Milliseconds since 1970. @defaultValue Date.now */
  clock?: () => number;
  /** Hears of every event after it was recorded. What it throws is dropped: it is never in the way of a verification. */
  onEvent?(event: MfaEvent): void | Promise<void>;
}

/** What a guard asks of a grant. */
export interface Demand {
  /** What the approval is for: 1 to 64 printable ASCII characters without spaces, such as `booking.cancel`. */
  purpose?: string;
  /** What the approval is bound to: the resource, the amount, the payee. */
  bind?: readonly string[];
  /** How old the verification may be. No grant outlives `createMfa({ grants: { longest } })`. @defaultValue "5m" */
  maxAge?: Duration;
  /** The methods that will do. @defaultValue all */
  methods?: readonly Method[];
  /** The grant passes a guard with `once` a single time. Guards without it still take it while it lives. @defaultValue false */
  once?: boolean;
}

/** Why something was refused. None of these is an error of the program. */
export type RefusalReason =
  | "invalid"
  | "replayed"
  | "locked"
  | "expired"
  | "proof_needed"
  | "not_enrolled"
  | "unknown_factor"
  | "factor_limit"
  | "unsupported";

/**
 * A refusal. `invalid`: the code is wrong, too old, or of a factor that is not there: the three look alike.
 * `replayed`: it was used before. `locked`: too many failures; `retryAfter` says how long. `expired`: the
 * challenge, or the set-up, is over. `proof_needed`: this wants a code or a fresh grant. `not_enrolled`: there
 * is nothing to change. `unknown_factor`: no enabled authenticator has that id. `factor_limit`: another authenticator would make too many codes valid at once.
 * `unsupported`: this host offers no factor of that type, or no recovery codes.
 */
export interface Refusal {
  ok: false;
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
}

/** The judgement of a code. */
export type Verification = Verified | Refusal;

/** Proof of a second factor: a code, or a fresh grant of the same session without a purpose. */
export type Proof = { code: string } | { grant: string };

/**
 * A code with what it answers: a sign-in's challenge, a guard's challenge, or nothing but the subject. A
 * sign-in's challenge says itself whose it is. A host that has kept who passed the first factor names that
 * subject in `signingIn`, and another's challenge is refused; one that has not takes `verification.subject`.
 */
export type Answer = { code: string } & (
  | { challenge: string; session?: string; signingIn?: Pick<Subject, "id" | "tenant">; subject?: undefined }
  | { challenge: string; subject: Subject }
  | { subject: Subject; demand?: Demand; challenge?: undefined }
);

/** What stands between the first factor and the session. */
export type SignIn = { required: false; amr: Amr[] } | { required: true; challenge: string; methods: Method[]; expiresAt: Date };

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
}

/** An authenticator set up and waiting for its first code. `secret` is base32, for typing in where no camera is. */
export type Setup = { ok: true; factorId: string; secret: string; uri: string; expiresAt: Date } | Refusal;

/**
 * The engine. Every method may reject with a `StoreError` or `KeyError`, and the answer then is no; or with a
 * `ConfigError` where the host's own arguments make no sense, such as a subject without an id.
 */
export interface Mfa {
  /**
   * Opens the data keys, making them on a new store. Await it at start-up, so that a wrong key fails there.
   *
   * @param options - `migrate: true` also brings the store's tables up to date
   */
  ready(options?: { migrate?: boolean }): Promise<void>;
  /** What a subject may know of its own state, in one read of the store. */
  status(subject: Subject): Promise<Status>;
  /**
   * Call it between the first factor and the session: it answers whether a second step is required.
   *
   * @param first - how the first factor was proved, and what the host remembers of the enrolment
   * @throws EnrolmentMismatchError when `enrolled` is true and the store holds no factor
   */
  signIn(subject: Subject, first: { amr: Amr[]; enrolled?: boolean }): Promise<SignIn>;
  /** A step-up challenge for a subject who is signed in. */
  challenge(subject: Subject, demand?: Demand): Promise<Challenge>;
  /**
   * Judges a code. `{ challenge, session }` completes a sign-in, `{ challenge, subject }` answers a guard's
   * challenge, `{ subject, demand }` verifies somebody who is signed in. What can't be a code, and an answer to
   * a challenge that is over, is refused without counting.
   */
  verify(answer: Answer): Promise<Verification>;
  /** Holds a grant against a demand: whose it is, how fresh, what for, and whether it was ended since. */
  verifyGrant(grant: string, subject: Subject, demand?: Demand): Promise<GrantCheck>;
  readonly factors: {
    /**
     * Makes a new authenticator, pending beside those that are enabled. Once one is, `proof` is needed.
     *
     * @param options - `type` is the first factor of `createMfa({ factors })` unless said otherwise; `name`
     * has 1 to 64 characters
     */
    setup(subject: Subject, options?: { type?: Method; name?: string; proof?: Proof }): Promise<Setup>;
    /** Enables the pending authenticator by its first code. The first one brings the recovery codes. */
    enable(subject: Subject, answer: { code: string; factorId?: string }): Promise<Verification>;
    /** The enabled authenticators. */
    list(subject: Subject): Promise<FactorInfo[]>;
    /** Gives an enabled authenticator another name of 1 to 64 characters. */
    rename(subject: Subject, factorId: string, name: string): Promise<{ ok: true } | Refusal>;
    /**
     * Removes an enabled authenticator, and with the last one the recovery codes: then MFA is off. Ends all
     * other grants and challenges.
     */
    remove(subject: Subject, factorId: string, proof: Proof): Promise<Verification>;
  };
  /** Removes every factor and recovery code, and ends all other grants and challenges. */
  disable(subject: Subject, proof: Proof): Promise<Verification>;
  /** A new set of recovery codes; the old one is void from that moment. */
  regenerateRecoveryCodes(subject: Subject, proof: Proof): Promise<Verification>;
  /** Ends every grant and challenge of the subject. Call it when the password changes. */
  revoke(subject: Subject): Promise<void>;
  readonly admin: {
    /** For a user who is deleted: removes all factors and blanks the user in the audit log. The opaque id stays, with its epoch, so that old grants stay dead. */
    erase(subject: Subject): Promise<void>;
  };
  readonly audit: AuditLog;
}
