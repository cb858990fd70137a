import type { LockoutSchedule } from "../lockout/policy.ts";
import type { DataKeyStore } from "../secrets/data-keys.ts";
import type { AuditStore } from "./audit.ts";

/** A subject within its tenant. No tenant is the empty string. */
export interface SubjectKey {
  tenant: string;
  subject: string;
}

/**
 * What failures are counted in: authenticator codes share one lane wherever they are given, recovery
 * codes have their own, so that a lock of the first does not close the second, the owner's way back.
 */
export type Lane = "authenticator" | "recovery";

/** An enrolled authenticator. Times are milliseconds since 1970. */
export interface FactorRow {
  id: string;
  type: string;
  name: string;
  algorithm: string;
  digits: number;
  period: number;
  /** Sealed; bound to all the columns above but the name, and to tenant and subject. */
  secret: string;
  /** A keyed hash of the secret: one subject can't enrol the same one twice. */
  fingerprint: string;
  /** The last time step or counter that was accepted; -1 before the first. A claim must be greater. */
  position: number;
  /** The factor that goes when this one is confirmed; `null` for none. */
  replaces: string | null;
  createdAt: number;
  /** `null` while pending. */
  confirmedAt: number | null;
  /** When a pending factor lapses; `null` once confirmed. */
  expiresAt: number | null;
  lastUsedAt: number | null;
}

/**
 * A code that counts once and is known by its hash alone: a recovery code, or one that was delivered. A used
 * one is kept until its set is replaced, so that using it again is told as a replay.
 */
export interface CodeRow {
  /** The factor that it belongs to. */
  type: string;
  /** A keyed hash of the code and of what it is bound to. */
  hash: string;
  used: boolean;
  /** Milliseconds since 1970: the `now` of the change that kept it. */
  createdAt: number;
  /** Milliseconds since 1970; `null` for one that never lapses. */
  expiresAt: number | null;
}

/** A device whose sign-ins need no second step. */
export interface DeviceRow {
  id: string;
  /** A keyed hash of the device's secret, its subject and the epoch. */
  hash: string;
  name: string;
  createdAt: number;
  expiresAt: number;
  lastUsedAt: number | null;
}

/** A lane's state. */
export interface LaneState {
  /** Attempts ever admitted: the number of the newest. */
  attempts: number;
  /** The newest attempt that a success has forgiven, with all before it. The run of failures is what came after. */
  forgiven: number;
  /** The long tally, which success does not clear. */
  tally: number;
  /** When the tally last leaked. */
  tallyAt: number;
  /** When the newest lock ends, or ended; `null` if there was none, or the success of the attempt that brought it undid it. */
  lockedUntil: number | null;
}

/** What a subject has enrolled. */
export interface SubjectRecord {
  /** Raised whenever grants, challenges and trusted devices made before must end. */
  epoch: number;
  factors: FactorRow[];
  codes: CodeRow[];
}

/** All that is known of a subject. A subject never seen has epoch 0 and nothing else. */
export interface SubjectState extends SubjectRecord {
  lanes: Record<Lane, LaneState>;
  /** Newest first. */
  devices: DeviceRow[];
  /** When it was first told that it must enrol; `null` if never. */
  requiredSince: number | null;
  /** The mark under which MFA is switched off for it; `null` while it is on. */
  switchedOff: string | null;
}

/** A factor's row with whose it is. */
export interface OwnedFactorRow extends SubjectKey, FactorRow {}

/** An attempt to be counted. */
export interface Charge extends SubjectKey {
  lane: Lane;
  now: number;
  schedule: LockoutSchedule;
  /** The types whose one-time codes the record is to hold; those of others are left out of it. */
  codes: readonly string[];
  /** The challenge being answered. A dead one is refused, and not counted. */
  challenge?: ChallengeMark;
}

/** What tells whether a challenge is alive. */
export interface ChallengeMark {
  /** Spent when it was answered: then it is dead. */
  id: string;
  /** A lock since then has ended it for this lane. */
  issuedAt: number;
  /** Another epoch now has ended it. */
  epoch: number;
}

/** What a charge saw. A success forgives that and no more: not the guesses that came in behind it. */
export interface Seen {
  /** This attempt's number in its lane. */
  attempt: number;
  /** The run of failures, this attempt included. */
  run: number;
  /** The lock before this attempt, for a success to restore. */
  lockedUntil: number | null;
}

/** The answer to a charge. */
export type Charged =
  | {
      admitted: true;
      seen: Seen;
      /** The long tally, this attempt included. */
      tally: number;
      /** The end of the lock that this attempt brings if it fails; `null` if none. */
      lockedUntil: number | null;
      /** Attempts refused under the lock before this one, told once. */
      refusals: number;
      record: SubjectRecord;
    }
  | {
      admitted: false;
      /** `locked`: refused until `until`. `expired`: the challenge is dead. */
      reason: "locked" | "expired";
      until: number;
      /** This is the first refusal under this lock. */
      first: boolean;
    };

/** What a right code takes: a position that must be ahead of the factor's, or a code that is neither used nor lapsed. */
export type Claim = { kind: "position"; factorId: string; position: number } | { kind: "code"; hash: string };

/** How an attempt ended: the claim was taken; not taken, or there was none; or its challenge had died. */
export type Outcome = "won" | "lost" | "stale";

/** A charged attempt, judged. */
export interface Settlement extends SubjectKey {
  lane: Lane;
  now: number;
  schedule: LockoutSchedule;
  seen: Seen;
  /** The epoch that the charge saw; another one now makes the attempt stale. */
  epoch: number;
  /** Absent when no factor knew the code. */
  claim?: Claim;
  /** A one-time id to spend with the claim; spent already makes the attempt stale, and its code is not taken. */
  spend?: OneTimeId;
  /** The rows to append, by outcome. */
  audit: Record<Outcome, readonly AuditRow[]>;
}

/** An id that can be spent once. Stores keep it a day past its expiry, lest a clock that steps back revive it. */
export interface OneTimeId {
  id: string;
  expiresAt: number;
}

/** A change of what a subject has. All of it happens, or none. */
export interface Change extends SubjectKey {
  now: number;
  /** The epoch that the change was decided on; with another one now, nothing happens. */
  epoch?: number;
  /** Confirm this pending factor; if it is gone, confirmed or lapsed, nothing happens. */
  confirm?: string;
  /** Add a factor, in place of any that is pending; with its secret enrolled already, nothing happens. */
  add?: FactorRow;
  /** Give this confirmed factor another name; if it is gone, nothing happens. */
  rename?: { id: string; name: string };
  /** Put one sealed secret in place of another, which must be this factor's still: else nothing happens. */
  reseal?: { id: string; from: string; to: string };
  /** Remove this confirmed factor, and with the last one every code; if it is gone, nothing happens. */
  remove?: string;
  /** Remove every factor, code and device. */
  removeAll?: boolean;
  /**
   * Put these codes in place of all others of their type, used or not. Where one of the type was made after
   * `notSince`, nothing happens.
   */
  codes?: { type: string; hashes: readonly string[]; expiresAt: number | null; notSince?: number };
  /** Add a trusted device. Those that have lapsed go, and the oldest beyond 20. */
  addDevice?: DeviceRow;
  /** Note that this device was used; if it is gone or has lapsed, nothing happens. */
  useDevice?: string;
  /** Remove this trusted device; if it is gone, nothing happens. */
  removeDevice?: string;
  /** Forget all failures of both lanes and end their locks; challenges from before now stay dead, as behind any lock. */
  unlock?: boolean;
  /** Note that the subject must enrol, if that was not noted before. */
  require?: boolean;
  /** Switch MFA off for the subject under this mark, or on again with an empty one; if it is off or on already, nothing happens. */
  switchedOff?: string;
  /** Raise the epoch: end all grants, challenges and devices, and every pending factor but the one that this change confirms or adds. */
  raiseEpoch?: boolean;
  /**
   * Blank the subject in the audit log's personal columns, this change's own rows among them, and those of
   * attempts that were charged before it and settle after it. Comes with `raiseEpoch`.
   */
  blank?: boolean;
  audit: readonly AuditRow[];
}

/** Whether a change happened, and the epoch after it. */
export interface Applied {
  applied: boolean;
  epoch: number;
}

/**
 * An event as the store keeps it. The MAC covers the salted hash of the personal columns instead of the
 * columns, so blanking them when a user is erased breaks no MAC, and the hash can't be guessed without its salt.
 */
export interface AuditRow {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  type: string;
  /** Personal; blanked when the subject is erased. */
  tenant: string | null;
  subject: string | null;
  salt: string | null;
  personal: string;
  /** The event's own fields as JSON. */
  detail: string;
  mac: string;
}

/** A row of the log with its place. */
export interface StoredAuditRow extends AuditRow {
  /**
   * Whole numbers from 1 on, given upwards and none twice. Rows may become visible in another order than their numbers were
   * given in, and numbers may stay empty: what seals the log looks for those that it missed.
   */
  seq: number;
}

/**
 * Where factors, locks, one-time ids, data keys and the audit log live. Every verb is atomic: never a
 * read followed by a write. `charge` and `settle` lock the subject's row first, so that attempts on one
 * subject follow each other whichever process they come from. A verb that can't be carried out rejects,
 * and the engine denies. The published contract (`@nightlatch/core/testing`) says the rest.
 */
export interface Store extends DataKeyStore, AuditStore {
  /** Brings the tables up to date. Safe to call from several processes at once, and again. */
  migrate(): Promise<void>;
  /** All of a subject as it is now; of one never seen, the record with nothing in it. */
  read(who: SubjectKey): Promise<SubjectState>;
  /** Counts an attempt before it is judged, or refuses it without counting. */
  charge(charge: Charge): Promise<Charged>;
  /** Takes the claim, forgives what the attempt's own charge saw if it was taken, and appends to the log. */
  settle(settlement: Settlement): Promise<Outcome>;
  /** Makes a change whose conditions hold, with its rows of the log; else does nothing, and says so. */
  apply(change: Change): Promise<Applied>;
  /** Up to `limit` factors, confirmed or pending, whose sealed secret does not begin with `prefix`; by id, behind `after`. */
  factorsNotUnder(query: { prefix: string; after: string; limit: number }): Promise<OwnedFactorRow[]>;
  /** Spends a one-time id: true for exactly one caller, ever. */
  spend(once: OneTimeId, now: number): Promise<boolean>;
}
