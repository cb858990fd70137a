import type { Duration } from "../internal/duration.ts";
import type { MfaEvent, MfaEventType } from "./events.ts";
import type { EventSink } from "./sink.ts";

/** Which part of the log to read. What is left out does not narrow it. */
export interface AuditQuery {
  /** One subject's events only. */
  subject?: { id: string; tenant?: string };
  /** One tenant's; `""` for what belongs to none. */
  tenant?: string;
  types?: readonly MfaEventType[];
  /** From this moment on. */
  from?: Date;
  /** Before this moment. */
  to?: Date;
  /** Events about this authenticator. Looked for among the newest, or oldest, 20,000 that the rest lets through. */
  factorId?: string;
  /** Events of which this admin is the actor; looked for alike. */
  actor?: string;
  /** @defaultValue "oldest" */
  order?: "oldest" | "newest";
  /** The `cursor` of the page before, of the same query. */
  after?: string;
  /** Events on a page, 1 to 1000. @defaultValue 100 */
  limit?: number;
}

/** A page of the log. */
export interface AuditPage {
  /** `intact` is false for a row that is not as it was written. */
  events: (MfaEvent & { intact: boolean })[];
  /** Hand it to the next read as `after`. Opaque; it stays good. */
  cursor: string;
  /** Whether there was more when this was read. */
  more: boolean;
}

/** Which part of the log to count. */
export interface TimelineQuery {
  from: Date;
  /** Not counted any more. */
  to: Date;
  bucket: "hour" | "day";
  types?: readonly MfaEventType[];
}

/** An hour or a day (UTC), with what happened in it. */
export interface AuditBucket {
  from: Date;
  total: number;
  /** Types that did not happen are left out. */
  counts: Partial<Record<MfaEventType, number>>;
}

/**
 * What a seal says, to be kept where whoever can write to the database can't write: plain data, so JSON will do. With it
 * `verify` notices that the log was cut, or that an older state of the whole database was put back.
 */
export interface AuditHead {
  /** The seal's number, from 1 on. */
  seal: number;
  /** Chains all rows up to here. */
  hash: string;
  /** Rows ever sealed. */
  count: number;
  /** When; milliseconds since 1970. */
  at: number;
  /** Under the audit key, so that nobody can make one up. */
  mac: string;
}

/** What came of sealing. */
export interface Sealed {
  /** Rows that this call sealed. */
  rows: number;
  /** The newest seal; absent while nothing was ever sealed. */
  head?: AuditHead;
}

/** What is wrong with the log. */
export type AuditFaultKind =
  | "row_edited"
  | "row_missing"
  | "row_added"
  | "row_moved"
  | "row_blanked"
  | "seal_edited"
  | "seal_missing"
  | "log_cut"
  | "head_mismatch"
  | "head_forged";

/** The first fault found, and where. */
export interface AuditFault {
  /**
   * `row_edited`: a row is not as it was written. `row_missing`: a sealed row is gone. `row_added`: a row that no seal
   * knows stands among sealed ones. `row_moved`: another row of the log stands in the place of the sealed one.
   * `row_blanked`: rows name nobody, and no erasure explains it; which ones can't be told any more.
   * `seal_edited`, `seal_missing`: of the seals themselves. `log_cut`: a kept head bears more than the log has.
   * `head_mismatch`: a kept head and the log tell of different pasts. `head_forged`: a kept head is none of ours.
   */
  kind: AuditFaultKind;
  /** The number of the seal that shows it. */
  seal?: number;
  /** The row's number in its table. */
  seq?: number;
  eventId?: string;
  /** In a sentence. */
  message: string;
}

/** How far a verification is. */
export interface AuditProgress {
  /** Seals checked, and seals there are. */
  seals: number;
  of: number;
  rows: number;
}

/** How the log is verified. */
export interface VerifyOptions {
  /** Heads kept elsewhere; all of them, or the last. */
  heads?: readonly AuditHead[];
  /** Hears now and then how far it is. */
  progress?: (soFar: AuditProgress) => void;
}

/** What was checked. */
export interface AuditChecked {
  seals: number;
  /** Sealed rows that are there. */
  rows: number;
  /** Rows that were removed below a seal by `prune`. */
  removed: number;
  /** Rows behind the newest seal. Each has its MAC; that one is missing among them shows only once they are sealed. */
  unsealed: number;
  /** Rows without a name. Each erasure leaves some, and is itself in the log as `subject_erased`, with how many records it blanked. */
  blanked: number;
  /** Kept heads that the log was held against. */
  heads: number;
  /** The newest seal. */
  head?: AuditHead;
}

/** Whether the log is as it was written. */
export type AuditVerification = ({ ok: true } & AuditChecked) | ({ ok: false; fault: AuditFault } & AuditChecked);

/** How old rows are removed. */
export interface PruneOptions {
  /** Rows that were sealed so long ago: 1 d at least. */
  olderThan: Duration;
  /** Hears now and then how many rows were removed. */
  progress?: (removed: number) => void;
}

/** An authenticator that the log says is enabled, and that is not there. */
export interface MissingFactor {
  factorId: string;
  method: string;
  subject: string;
  tenant?: string;
  enabledAt: Date;
}

/** What came of holding the log against the authenticators that are there. */
export interface AuditComparison {
  /** Subjects looked at. */
  subjects: number;
  /** The first thousand. */
  missing: MissingFactor[];
  /** Authenticators whose rows name nobody, so that they were held against nothing: `verify` tells whether erasures explain them. */
  blanked: number;
}

/** How a follower goes about it. */
export interface FollowOptions {
  /** Under which its place is kept: 1 to 64 of `a-z`, `0-9`, `-`. One name for one destination, in all processes. */
  name: string;
  /**
   * What events are handed to, one at a time and in order; what it throws has the event come again. It may get one twice,
   * by whose `id` it can tell.
   */
  sink: EventSink;
  /** Where one that has no place yet begins. @defaultValue "now" */
  from?: "now" | "start";
  /** How long to wait where nothing is left, 1 s to 1 d. @defaultValue "5s" */
  every?: Duration;
  /**
   * How often an event is tried before it is laid aside as a dead letter, so that those behind it get their turn.
   * @defaultValue Infinity: an event that is not taken holds up those behind it
   */
  attempts?: number;
  /** Hears of each try that failed, and of what keeps the follower from reading the log. */
  onError?: (error: unknown, event?: MfaEvent) => void;
  /** Waits; ends early, by rejecting, once the signal is aborted. @defaultValue a timer that keeps no process alive */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** An event that was laid aside. Whose it is, and what, lies in the log alone. */
export interface DeadLetter {
  eventId: string;
  /** Name and code of the error that its last try failed with. The error itself `onError` was given. */
  error: string;
  attempts: number;
  at: Date;
}

/** What one run through the log came to. */
export interface Drained {
  /** Events that the sink took. */
  delivered: number;
  /** Events laid aside. */
  dead: number;
  /** False where another process of this name was at it: nothing was done. */
  held: boolean;
}

/** Hands events to a sink, in order and at least once, as they are sealed. */
export interface Follower {
  /** Goes through the log until nothing is left. An event that is not taken is tried again, and holds up those behind it. */
  drain(): Promise<Drained>;
  /** Drains again and again, in the background. */
  start(): void;
  /** Ends that, once the event in hand is done with. */
  stop(): Promise<void>;
  /** The events laid aside, oldest first. */
  deadLetters(page?: { after?: string; limit?: number }): Promise<DeadLetter[]>;
  /** Hands dead letters to the sink again, one try each: all, or those of these events. Those taken are done with. */
  replay(eventIds?: readonly string[]): Promise<{ delivered: number; failed: number }>;
}

/** The audit log, as it lies in the store. */
export interface AuditLog {
  /**
   * Reads a page by time, and checks each row's MAC. For looking: an event of another process may yet come in before
   * the cursor. For following there are `sealed` and `follow`.
   */
  list(query?: AuditQuery): Promise<AuditPage>;
  /** Counts events by type for each hour or day of a span. */
  timeline(query: TimelineQuery): Promise<AuditBucket[]>;
  /**
   * Reads a page in the log's final order, as it was sealed: nothing ever comes in before the cursor, and an event of a
   * subject never before an earlier one of it. For whoever follows by means of their own.
   */
  sealed(page?: { after?: string; limit?: number }): Promise<AuditPage>;
  /**
   * Seals what is not sealed yet. Call it on a schedule, such as each minute; `follow` does it too. Several processes
   * may be at it at once. What `audit.keepHead` throws comes out here; the rows are sealed all the same, and the
   * head is handed over again by each call until it was taken.
   *
   * @throws SealError when the newest seal is not as it was written: run `verify`
   */
  seal(): Promise<Sealed>;
  /** Proves that nothing was edited, removed, added or moved, or tells of the first fault and where it is. Reads all, page by page. */
  verify(options?: VerifyOptions): Promise<AuditVerification>;
  /**
   * Removes old rows for good, but for the records of which authenticator was bound and removed when. Their seals stay
   * and state what was removed, so the rest verifies as before. Stopped anywhere, it goes on when called again.
   *
   * @throws SealError when what would be removed is not as it was sealed: run `verify`
   */
  prune(options: PruneOptions): Promise<{ removed: number }>;
  /** Holds the log against the authenticators that are there: one that was enabled, never removed, and is gone, was deleted by hand. */
  compare(options?: { progress?: (subjects: number) => void }): Promise<AuditComparison>;
  /** Has a sink follow the log. Nothing happens before `start` or `drain`. */
  follow(options: FollowOptions): Follower;
}
