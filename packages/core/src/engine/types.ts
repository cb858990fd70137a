import type { MfaEvent } from "../audit/events.ts";
import type { AuditHead, AuditLog } from "../audit/types.ts";
import type { Amr, Factor, ImportedFactor, Method } from "../factors/factor.ts";
import type { PublicJwk } from "../grants/grant-keys.ts";
import type { Duration } from "../internal/duration.ts";
import type { LockoutPolicy } from "../lockout/policy.ts";
import type { Metrics } from "../metrics/port.ts";
import type { Tracing } from "../metrics/tracing.ts";
import type { KeyProvider } from "../secrets/key-provider.ts";
import type { Store } from "../stores/store.ts";
import type { Resealed, ResealOptions, RotatableUse } from "./keys.ts";

/** A user of the host. */
export interface Subject {
  /** The host's own id of the user: opaque, stable, never an address that can change hands. */
  id: string;
  /** What the authenticator app shows beside the issuer. @defaultValue the id */
  name?: string;
  /** Keeps subjects of different tenants apart, whatever their ids. */
  tenant?: string;
  /**
   * How the session's first factor was proved, as `signIn` was told. One that was a code by e-mail or SMS then
   * does not answer this session's challenges either.
   */
  amr?: readonly Amr[];
  /**
   * Whether this user is enrolled by what the app itself remembers; not by a read of the store. Where it is true and the
   * store holds no authenticator, somebody deleted rows: nothing is allowed then that needs none (`EnrolmentMismatchError`).
   */
  enrolled?: boolean;
  /** The id of the host's session. Grants are bound to it; one that is earned without a session is good where there is none, and in no session. */
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
  /** Who must enrol, and what a change of factors needs. */
  enrolment?: EnrolmentPolicy;
  /** How grants are signed, and how they end. */
  grants?: GrantPolicy;
  /** Lets people trust a device, whose sign-ins then need no second step for so long, 1 h to 90 d. @defaultValue false */
  trustedDevices?: { for: Duration } | false;
  /**
   * Switches MFA off for everybody, as a rollback: sign-ins need no second step and guards let pass. Factors
   * stay as they are, and codes can still be verified. Both turns are recorded at `ready()`. @defaultValue false
   */
  switchedOff?: boolean;
  /** Milliseconds since 1970. @defaultValue Date.now */
  clock?: () => number;
  /** What vouches for the log. */
  audit?: {
    /** Is handed the newest seal of the log whenever one was made, to keep it where the database's owner can't write. */
    keepHead?(head: AuditHead): void | Promise<void>;
  };
  /** Hears of every event after it was recorded. What it throws is dropped: it is never in the way of a verification. */
  onEvent?(event: MfaEvent): void | Promise<void>;
  /** Where figures go: `promMetrics()` of `@nightlatch/core/metrics`, or the host's own. @defaultValue none */
  metrics?: Metrics;
  /**
   * Spans `mfa.verify` for each code and `mfa.store.*` for each call of the store below it: give it
   * `trace.getTracer("nightlatch")` of `@opentelemetry/api`. No span names a subject. @defaultValue none
   */
  tracing?: Tracing;
}

/** Who must enrol, and what a change of factors needs. */
export interface EnrolmentPolicy {
  /** Who must have a second factor: nobody, everybody, or whom the host's function says. @defaultValue "optional" */
  require?: "optional" | "always" | ((subject: Subject) => boolean | Promise<boolean>);
  /** How long those who must may still sign in without, counted from the first sign-in that told them; 365 d at most. @defaultValue 0 */
  grace?: Duration;
  /** The method whose delivered code setting up the first authenticator needs, so that a stolen password alone can't enrol. */
  via?: Method;
  /** How fresh a grant must be to change factors, 1 h at most. @defaultValue "5m" */
  maxAge?: Duration;
}

/** How grants are signed, and how they end. */
export interface GrantPolicy {
  /** How long a grant can be used at all, 24 h at most. @defaultValue "15m" */
  longest?: Duration;
  /** `EdDSA` (Ed25519) lets other services verify grants by `jwks()`, without a key of their own. @defaultValue "HS256" */
  algorithm?: "HS256" | "EdDSA";
  /**
   * `immediate`: a change of factors ends grants at once, for one read of the store at each check. `on-expiry`:
   * no read; a grant then lives until it expires, whatever happens meanwhile. @defaultValue "immediate"
   */
  revocation?: "immediate" | "on-expiry";
}

/** What a guard asks of a grant. */
export interface Demand {
  /**
   * What the approval is for: 1 to 64 printable ASCII characters without spaces, such as `booking.cancel`. A grant that
   * names a purpose serves that purpose alone, and a demand without one takes only grants without. @defaultValue none
   */
  purpose?: string;
  /** What the approval is bound to: the resource, the amount, the payee. It has to match as the purpose has. */
  bind?: readonly string[];
  /** How old the verification may be. No grant outlives `createMfa({ grants: { longest } })`. @defaultValue "5m" */
  maxAge?: Duration;
  /** The methods that will do. @defaultValue all */
  methods?: readonly Method[];
  /** A grant passes this guard a single time; one that was earned for it passes no guard without `once`. @defaultValue false */
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
 * Proof of a second factor: a code, or a fresh grant of the same session without a purpose. `factorId` names
 * the authenticator where one must be named; `challenge` is the one that a delivered code came with.
 */
export type Proof = { code: string; factorId?: string; challenge?: string } | { grant: string };

/**
 * A code with what it answers: a sign-in's challenge, a guard's challenge, or nothing but the subject. A
 * sign-in's challenge says itself whose it is. A host that has kept who passed the first factor names that
 * subject in `signingIn`, and another's challenge is refused; one that has not takes `verification.subject`.
 * `factorId` names the authenticator, which HOTP needs. `device` asks to trust this device after a sign-in.
 */
export type Answer = { code: string; factorId?: string; device?: { name: string } } & (
  | { challenge: string; session?: string; signingIn?: Pick<Subject, "id" | "tenant">; subject?: undefined }
  | { challenge: string; subject: Subject }
  | { subject: Subject; demand?: Demand; challenge?: undefined }
);

/**
 * What stands between the first factor and the session. Nothing: because the subject has no factor (and must
 * enrol until `enrolBy`, if that is told), because this device is trusted (`deviceId`), or because MFA is
 * `switchedOff`. Or a challenge: to be answered with a code; or with `enrol`, since this subject must enrol
 * and may do nothing else, to set up and enable an authenticator with.
 */
export type SignIn =
  | { required: false; amr: Amr[]; enrolBy?: Date; deviceId?: string; switchedOff?: true }
  | { required: true; challenge: string; methods: Method[]; enrol: boolean; expiresAt: Date };

/** Somebody whose sign-in waits until an authenticator is enrolled, by the challenge of that sign-in; `session` is the one to come. */
export interface Enrolling {
  challenge: string;
  session?: string;
  id?: undefined;
}

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

/** What an admin does to somebody else's account: who acts, the proof that they hold a second factor, and why. */
export interface AdminAct {
  /** Whether this subject is an admin is the host's to know. */
  actor: Subject;
  /** A fresh grant of the actor's session, without a purpose. */
  grant: string;
  /** 1 to 500 characters; it stays in the log, so name no person in it. */
  reason: string;
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

/** How an authenticator is set up. */
export interface SetupOptions {
  type?: Method;
  name?: string;
  replaces?: string;
  proof?: Proof;
}

/** An authenticator set up and waiting for its first code. `secret` is base32, for typing in where no camera is. */
export type Setup = { ok: true; factorId: string; secret: string; uri: string; expiresAt: Date } | Refusal;

/**
 * The engine. Every method may reject with a `StoreError` or `KeyError`, and the answer then is no; or with a
 * `ConfigError` where the host's own arguments make no sense, such as a subject without an id. Where a subject's
 * `enrolled` is true and the store holds no factor, whatever would take that for leave rejects with an
 * `EnrolmentMismatchError`: `signIn`, `status`, and what sets up, lists, enables or removes factors.
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
   * @param first - how the first factor was proved (`amr`: `pwd`; or `email` where it was a code by e-mail, which
   * then is not asked for twice), the token of a trusted device, and what the host remembers of the enrolment, where
   * the subject does not say that
   * @throws EnrolmentMismatchError when `enrolled` is true and the store holds no factor
   */
  signIn(subject: Subject, first: { amr: Amr[]; device?: string; enrolled?: boolean }): Promise<SignIn>;
  /** A step-up challenge for a subject who is signed in. */
  challenge(subject: Subject, demand?: Demand): Promise<Challenge>;
  /**
   * Sends a code for a challenge through the host's `email(deliver)` or `sms(deliver)`. The code before it is dead.
   *
   * @throws DeliveryError when `deliver` fails
   */
  deliver(challenge: string, by: Method): Promise<{ ok: true; to: string; expiresAt: Date } | Refusal>;
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
     * Makes a new authenticator, pending beside those that are enabled. Once one is, `proof` is needed; for
     * the first one where `enrolment.via` says so, a delivered code.
     *
     * @param options - `type` is the first factor of `createMfa({ factors })` unless said otherwise; `name`
     * has 1 to 64 characters; `replaces` is the id of an authenticator that goes, and ends all other grants and
     * challenges, in the moment that this one is enabled
     */
    setup(subject: Subject | Enrolling, options?: SetupOptions): Promise<Setup>;
    /** Enables the pending authenticator by its first code. The first one brings the recovery codes; it also completes a sign-in that waited for it. */
    enable(subject: Subject | Enrolling, answer: { code: string; factorId?: string }): Promise<Verification>;
    /**
     * Takes over an authenticator that its owner already uses with another system: enabled at once, without a
     * code and without recovery codes. For the host's own migration; no user's request should reach it.
     *
     * @param from - a key URI, or what `@nightlatch/core/import` made of another system's row
     * @param options - `allowShort`: also a secret of 80 to 127 bits, which is flagged; shorter ones never
     * @throws ConfigError for what is malformed, too short, or of a kind that can't be checked here
     */
    import(
      subject: Subject,
      from: string | ImportedFactor,
      options?: { allowShort?: boolean; name?: string },
    ): Promise<{ ok: true; factorId: string; short: boolean } | Refusal>;
    /** Brings a HOTP token back that ran ahead: two codes in a row, the earlier first (RFC 4226 §7.4). Counts as one attempt. */
    resync(subject: Subject, factorId: string, codes: readonly [string, string]): Promise<Verification>;
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
  /** Ends every grant, challenge and trusted device of the subject. Call it when the password changes. */
  revoke(subject: Subject): Promise<void>;
  readonly devices: {
    /** The devices whose sign-ins need no second step, newest first. */
    list(subject: Subject): Promise<DeviceInfo[]>;
    /** Trusts a device no longer. */
    revoke(subject: Subject, deviceId: string): Promise<{ ok: true } | Refusal>;
  };
  /**
   * What admins do to others. Whether the actor is an admin the host has to check; that they hold a second
   * factor, and that it is not their own account, is checked here. Each act that changes something is in the log
   * with actor and reason, and each that was refused.
   */
  readonly admin: {
    /** Forgets the failures of both lanes and ends their locks. */
    unlock(subject: Subject, by: AdminAct): Promise<{ ok: true } | Refusal>;
    /** For somebody who lost everything: removes all factors, codes and trusted devices, ends grants and challenges, and unlocks. */
    reset(subject: Subject, by: AdminAct): Promise<{ ok: true } | Refusal>;
    /** Switches MFA off for one subject: factors stay, and are not asked for. Ends grants, challenges and trusted devices. */
    switchOff(subject: Subject, by: AdminAct): Promise<{ ok: true } | Refusal>;
    /** Switches it on again. */
    switchOn(subject: Subject, by: AdminAct): Promise<{ ok: true } | Refusal>;
    /** For a user who is deleted: removes all factors and blanks the user in the audit log. The opaque id stays, with its epoch, so that old grants stay dead. */
    erase(subject: Subject): Promise<void>;
  };
  readonly keys: {
    /** A new key for what is sealed, granted or logged from now on; those before it still open and verify what they made. */
    rotate(use: RotatableUse): Promise<{ keyId: string }>;
    /**
     * Seals every secret anew that is not under the active key, in batches, beside verifications. Stopped
     * anywhere, it goes on where it was when called again.
     */
    reseal(options?: ResealOptions): Promise<Resealed>;
  };
  /** The public keys that grants are verified with (RFC 7517); none of HS256. */
  jwks(): Promise<{ keys: PublicJwk[] }>;
  readonly audit: AuditLog;
}
