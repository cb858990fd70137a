import type { KeyObject } from "node:crypto";
import type { Store, SubjectKey } from "../stores/store.ts";
import type { MfaEvent } from "./events.ts";
import { eventOf, isIntact } from "./row.ts";

/** Which part of the log to read. */
export interface AuditQuery {
  /** One subject's events only. */
  subject?: { id: string; tenant?: string };
  /** The `cursor` of the page before. */
  after?: number;
  /** Events on a page, 1 to 1000. @defaultValue 100 */
  limit?: number;
}

/** A page of the log, oldest first. */
export interface AuditPage {
  /** `intact` is false for a row that is not as it was written. */
  events: (MfaEvent & { intact: boolean })[];
  /** Hand it to the next read as `after`. */
  cursor: number;
}

/** The audit log, as it lies in the store. */
export interface AuditLog {
  /**
   * Reads a page, oldest first, and checks each row's MAC. For looking, not for following: a row that was
   * being written while a later one was read may stand before the cursor.
   */
  list(query?: AuditQuery): Promise<AuditPage>;
}

/** The log over a store, with the keys that its rows' MACs are checked under. */
export function createAuditLog(
  store: Store,
  keys: () => Promise<readonly KeyObject[]>,
  keyOf: (s: { id: string; tenant?: string }) => SubjectKey,
): AuditLog {
  return Object.freeze({
    async list({ subject, after = 0, limit = 100 }: AuditQuery = {}) {
      const macKeys = await keys();
      const rows = await store.auditPage({
        after,
        limit: Number.isSafeInteger(limit) ? Math.min(Math.max(1, limit), 1000) : 100,
        ...(subject ? { who: keyOf(subject) } : {}),
      });
      return {
        events: rows.map((row) => ({ ...eventOf(row), intact: isIntact(macKeys, row) })),
        cursor: rows.at(-1)?.seq ?? after,
      };
    },
  });
}
