import type { AuditLog } from "../audit/types.ts";
import type { ImportedFactor, Method } from "../factors/factor.ts";
import type { PublicJwk } from "../grants/grant-keys.ts";
import type { Resealed, ResealOptions, RotatableUse } from "./keys.ts";
import type { AdminAct, Answer, Demand, Enrolling, FirstFactor, Proof, SetupOptions, Subject } from "./requests.ts";
import type { Challenge, DeviceInfo, FactorInfo, GrantCheck, Refusal, Setup, SignIn, Status, Verification } from "./results.ts";

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
   * @param first - how the first factor was proved, the token of a trusted device, and what the host remembers
   * @throws EnrolmentMismatchError when `enrolled` is true, the store holds no factor, and the log vouches for no removal
   * of the last minute
   */
  signIn(subject: Subject, first: FirstFactor): Promise<SignIn>;
  /** A step-up challenge for a subject who is signed in. */
  challenge(subject: Subject, demand?: Demand): Promise<Challenge>;
  /**
   * Sends a code for a challenge through the host's `email(deliver)` or `sms(deliver)`. The code before it is dead.
   *
   * @throws DeliveryError when `deliver` fails
   *
   * @example
   * ```ts
   * import type { Mfa } from "@nightlatch/core";
   *
   * export async function sendCode(mfa: Mfa, challenge: string): Promise<string> {
   *   const sent = await mfa.deliver(challenge, "email");
   *   return sent.ok ? `A code is on its way to ${sent.to}.` : sent.reason;
   * }
   * ```
   */
  deliver(challenge: string, by: Method): Promise<{ ok: true; to: string; expiresAt: Date } | Refusal>;
  /**
   * Judges a code. `{ challenge, session }` completes a sign-in, `{ challenge, subject }` answers a guard's
   * challenge, `{ subject, demand }` verifies somebody who is signed in. What can't be a code, and an answer to
   * a challenge that is over, is refused without counting.
   *
   * @example
   * ```ts
   * import { randomUUID } from "node:crypto";
   * import type { Mfa } from "@nightlatch/core";
   *
   * declare function startSession(userId: string, session: string): void;
   *
   * export async function secondStep(mfa: Mfa, challenge: string, code: string): Promise<boolean> {
   *   const session = randomUUID(); // of the session to come: the grant is good in it alone
   *   const verification = await mfa.verify({ challenge, code, session });
   *   if (verification.ok) startSession(verification.subject.id, session);
   *   return verification.ok;
   * }
   * ```
   */
  verify(answer: Answer): Promise<Verification>;
  /** Holds a grant against a demand: whose it is, how fresh, what for, and whether it was ended since. */
  verifyGrant(grant: string, subject: Subject, demand?: Demand): Promise<GrantCheck>;
  /** A user's authenticators: set up, enabled, taken over, listed, renamed and removed. */
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
  /** A user's trusted devices; there are some where `createMfa({ trustedDevices })` allows it. */
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
  /** The data keys in the store, which the host's own key wraps. */
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
  /** The log of all that happened: read, followed, sealed and verified. */
  readonly audit: AuditLog;
}
