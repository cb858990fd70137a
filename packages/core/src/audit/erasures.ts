import type { KeyObject } from "node:crypto";
import type { AuditStore } from "../stores/audit.ts";
import type { StoredAuditRow, SubjectKey } from "../stores/store.ts";
import { BEHIND_ALL_IDS } from "./event-id.ts";
import { type MfaEventOf, type MfaEventType, RECORDS } from "./events.ts";
import { eventOf, isIntact } from "./row.ts";
import { PAGE } from "./sealing.ts";

async function* rowsOf(store: AuditStore, types: readonly MfaEventType[], who?: SubjectKey): AsyncGenerator<StoredAuditRow> {
  for (let above = ""; ; ) {
    const rows = await store.auditFind({ above, below: BEHIND_ALL_IDS, order: "oldest", limit: PAGE, types, ...(who && { who }) });
    yield* rows;
    above = rows.at(-1)?.id ?? above;
    if (rows.length < PAGE) return;
  }
}

/** How many records name a subject. One that was made up is not counted, lest another be blanked in its place. */
export async function recordsOf(store: AuditStore, keys: readonly KeyObject[], who: SubjectKey): Promise<number> {
  let records = 0;
  for await (const row of rowsOf(store, RECORDS, who)) records += Number(isIntact(keys, row));
  return records;
}

/** Records that name nobody beyond those that erasures say they blanked, and how many erasures there were. */
export async function unexplained(store: AuditStore, keys: readonly KeyObject[]): Promise<{ records: number; erasures: number }> {
  let [records, erasures] = [0, 0];
  for await (const row of rowsOf(store, [...RECORDS, "subject_erased"])) {
    if (row.type !== "subject_erased") records += Number(row.subject === null);
    else if (isIntact(keys, row)) {
      erasures += 1;
      records -= (eventOf(row) as MfaEventOf<"subject_erased">).records;
    }
  }
  return { records, erasures };
}
