import type { Lane } from "../stores/store.ts";

/** What happened, by type. There is no field that a code, a secret or a grant could enter. */
export interface MfaEventDetails {
  /** An authenticator was set up and waits to be enabled by a code. */
  factor_pending: { method: string; factorId: string };
  /** An authenticator was bound: it proved itself with a code. `replaces`: the one that went with the same change. */
  factor_enabled: { method: string; factorId: string; replaces?: string };
  /** An authenticator was taken over from another system; `short`: its secret has under 128 bits. */
  factor_imported: { method: string; factorId: string; short: boolean };
  factor_renamed: { factorId: string };
  /** An authenticator was removed, after the proof named; `last` when it was the only one, so that MFA is off. */
  factor_removed: { method: string; factorId: string; proof: "code" | "grant"; last: boolean };
  /** All factors of the subject were removed, after the proof named. */
  mfa_disabled: { proof: "code" | "grant" };
  recovery_codes_issued: { count: number };
  /** The old set is void. */
  recovery_codes_replaced: { count: number; proof: "code" | "grant" };
  recovery_code_used: { left: number };
  /** A code was sent, in place of any that was sent before. */
  code_delivered: { method: string };
  /** The host's `deliver` failed. */
  delivery_failed: { method: string };
  /** A code was right. `drift`: time steps that the authenticator is off. `refusals`: attempts refused under the lock before it. */
  verified: { method: string; factorId?: string; purpose?: string; drift?: number; refusals?: number };
  verification_failed: { lane: Lane; purpose?: string; attemptsLeft: number; refusals?: number };
  /** A right code that had been spent already. */
  code_replayed: { method: string; factorId?: string; purpose?: string };
  /** An answer to a challenge that had been answered or revoked meanwhile. `method` is told when its code was right. */
  challenge_dead: { method?: string; purpose?: string };
  /** The failures reached a lock. `until` is milliseconds since 1970. */
  locked: { lane: Lane; until: number };
  /** The first attempt refused under a lock; those after it are counted, and told by `refusals` later. */
  refused: { lane: Lane; until: number };
  /** Many failures over days, between successes: somebody may be guessing slowly. */
  guessing_noticed: { lane: Lane; tally: number };
  /** A stored secret does not open: its row was edited or moved. */
  secret_unreadable: { factorId: string };
  /** A new data key is the active one of its use. No subject's event. */
  data_key_rotated: { use: string; keyId: string };
  /** So many secrets were sealed anew under the active key. No subject's event. */
  secrets_resealed: { count: number };
  /** A factor's code threw, or answered with something that is no claim. */
  factor_faulty: { method: string };
  /** The host says enrolled, the store holds no factor. */
  enrolment_mismatch: Record<never, never>;
  /** The subject was told for the first time that it must enrol. */
  enrolment_required: Record<never, never>;
  /** A device was trusted: its sign-ins need no second step. */
  device_trusted: { deviceId: string };
  /** A trusted device stood in for the second step of a sign-in. */
  device_used: { deviceId: string };
  device_revoked: { deviceId: string };
  /** An admin ended the locks. `actor` is the admin's id; `actorTenant` is told where it is another than the subject's. */
  unlocked: { actor: string; actorTenant?: string; reason: string };
  /** An admin removed all factors, codes and trusted devices. */
  mfa_reset: { actor: string; actorTenant?: string; reason: string };
  /** MFA was switched off for this subject by an admin; for everybody, if there is no subject, by the host's configuration. */
  mfa_switched_off: { actor?: string; actorTenant?: string; reason?: string };
  mfa_switched_on: { actor?: string; actorTenant?: string; reason?: string };
  /** The store says that MFA is switched off for this subject, under no mark of ours: somebody edited its row. It is asked for, and the mark is taken away. */
  switch_forged: Record<never, never>;
  /** An admin's act was refused. `act` is the event that it would have been. */
  admin_act_refused: { act: string; actor: string; actorTenant?: string; why: string };
  /** As many codes were sent in a day as may be. */
  delivery_limit_reached: { method: string };
  /** Every grant, challenge and trusted device of the subject was ended. */
  revoked: Record<never, never>;
  /**
   * The subject's factors were erased and its name in this log blanked; in so many records of authenticators bound and
   * removed.
   */
  subject_erased: { records: number };
  /** So many rows of this log were removed, those that were sealed before `before` (milliseconds since 1970). No subject's event. */
  audit_rows_removed: { count: number; before: number };
}

/** The type of an event. */
export type MfaEventType = keyof MfaEventDetails;

/** An event of one type. */
export type MfaEventOf<T extends MfaEventType> = {
  /** A UUID, the same in the log and in every delivery. */
  id: string;
  type: T;
  at: Date;
  /** Absent once the subject was erased. */
  subject?: string;
  tenant?: string;
} & MfaEventDetails[T];

/**
 * The records of which authenticator was bound, and of what became of it (NIST SP 800-63B §4.1): `prune` leaves them,
 * `compare` reads them, and an erasure counts them. No attempt that settles late writes one.
 */
export const RECORDS: readonly MfaEventType[] = ["factor_enabled", "factor_imported", "factor_removed", "mfa_disabled", "mfa_reset"];

/** Any event of the catalogue: discriminated by `type`. */
export type MfaEvent = { [T in MfaEventType]: MfaEventOf<T> }[MfaEventType];

/** An event about to be recorded. */
export type NewEvent = { [T in MfaEventType]: { type: T } & MfaEventDetails[T] }[MfaEventType];
