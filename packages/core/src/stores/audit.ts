import type { StoredAuditRow, SubjectKey } from "./store.ts";

/** Which rows of the log to find, by the time that their ids begin with. */
export interface AuditFind {
  /** Ids above this one, and below that one. */
  above: string;
  below: string;
  order: "oldest" | "newest";
  limit: number;
  who?: SubjectKey;
  tenant?: string;
  types?: readonly string[];
}

/** So many rows of a type in a span of time that begins at `at`. */
export interface AuditCount {
  at: number;
  type: string;
  count: number;
}

/** Something kept beside the log, by its key: a seal, how far a follower has come, a delivery that failed for good. */
export interface AuditNote {
  /** At most 200 printable ASCII characters; ordered by their bytes. */
  key: string;
  value: string;
}

/** The audit log's part of a store. */
export interface AuditStore {
  /** Rows behind `after`, in the order of `seq`; of one subject if `who` is given. Rows still being written may be missing between those read. */
  auditPage(query: { after: number; limit: number; who?: SubjectKey }): Promise<StoredAuditRow[]>;
  /** Rows by id, which is by time; of one subject, one tenant, some types, where those are given. */
  auditFind(query: AuditFind): Promise<StoredAuditRow[]>;
  /** Counts rows between two ids (`from` among them, `to` not) by type, in spans of `span` milliseconds since 1970, by `at`. */
  auditCounts(query: { from: string; to: string; span: number; types?: readonly string[] }): Promise<AuditCount[]>;
  /** Removes the rows whose `seq` is one of `from` to `to`. */
  auditRemove(range: { from: number; to: number }): Promise<void>;
  /** Notes whose key begins with `prefix`, behind `after` in their order; with `last`, the last ones, the very last first. */
  auditNotes(query: { prefix: string; after: string; limit: number; last?: boolean }): Promise<AuditNote[]>;
  /**
   * Puts one value in place of another, `null` for no note: true if the value was `from` and is `to` now, which of several
   * at once is told to one alone; else nothing happens.
   */
  auditNote(change: { key: string; from: string | null; to: string | null }): Promise<boolean>;
}
