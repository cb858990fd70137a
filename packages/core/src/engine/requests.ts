import type { Amr, Method } from "../factors/factor.ts";
import type { Duration } from "../internal/duration.ts";

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

/** Somebody whose sign-in waits until an authenticator is enrolled, by the challenge of that sign-in; `session` is the one to come. */
export interface Enrolling {
  challenge: string;
  session?: string;
  id?: undefined;
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

/** How an authenticator is set up. */
export interface SetupOptions {
  type?: Method;
  name?: string;
  replaces?: string;
  proof?: Proof;
}
