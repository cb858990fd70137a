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

/** What the host knows once the first factor is proved. */
export interface FirstFactor {
  /** How it was proved: `pwd`; or `email`, `sms` where it was a code by that, which then is not asked for twice. */
  amr: Amr[];
  /** The token of a trusted device, as `deviceToken` of `@nightlatch/core/http` reads it from its cookie. @defaultValue none */
  device?: string;
  /**
   * Whether this user is enrolled by what the app itself remembers, where the subject does not say that. True without an
   * authenticator in the store is refused (`EnrolmentMismatchError`), but for a minute after a removal that the log vouches for.
   * @defaultValue the subject's
   */
  enrolled?: boolean;
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
export type Answer = {
  /** The code as it was typed: spaces, hyphens and lower case are as good. */
  code: string;
  /** The authenticator's id, which a counter-based one needs. @defaultValue any that the subject has enabled */
  factorId?: string;
  /** Trusts this device after a sign-in, under a name of 1 to 64 characters. @defaultValue not trusted */
  device?: { name: string };
} & (
  | {
      /** The challenge of `signIn`. */
      challenge: string;
      /** The id of the session to come, which has to be the one that the host then starts: the grant is good in no other. */
      session?: string;
      /** Who passed the first factor, where the host has kept that: another's challenge is refused. */
      signingIn?: Pick<Subject, "id" | "tenant">;
      subject?: undefined;
    }
  | {
      /** The challenge of a guard, or of `mfa.challenge`. */
      challenge: string;
      /** Who is signed in, with the session that the challenge was made in. */
      subject: Subject;
    }
  | {
      /** Who is signed in, with the session that the grant is to be good in. */
      subject: Subject;
      /** What the grant is to be good for. @defaultValue a grant without a purpose */
      demand?: Demand;
      challenge?: undefined;
    }
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
  /** @defaultValue the first factor of `createMfa({ factors })` */
  type?: Method;
  /** 1 to 64 characters, for its owner to know it by. */
  name?: string;
  /** The id of an authenticator that goes in the moment that this one is enabled. @defaultValue none */
  replaces?: string;
  /** Needed once an authenticator is enabled, or where `enrolment.via` says so. */
  proof?: Proof;
}
