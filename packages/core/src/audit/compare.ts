import type { SubjectKey } from "../stores/store.ts";
import { BEHIND_ALL_IDS } from "./event-id.ts";
import { type MfaEvent, type MfaEventType, RECORDS } from "./events.ts";
import { eventOf, isIntact } from "./row.ts";
import { type Log, PAGE } from "./sealing.ts";
import type { AuditComparison, MissingFactor } from "./types.ts";

const BOUND = ["factor_enabled", "factor_imported"] as const satisfies MfaEventType[];
const LIFE: readonly MfaEventType[] = [...RECORDS, "subject_erased"];

const MOST_MISSING = 1000;

/** What is bound after an event, given what was before it. */
function after(bound: Map<string, MfaEvent & { method: string; factorId: string }>, event: MfaEvent): void {
  if (event.type === "factor_enabled" || event.type === "factor_imported") {
    bound.set(event.factorId, event);
    if (event.type === "factor_enabled" && event.replaces !== undefined) bound.delete(event.replaces);
  } else if (event.type === "factor_removed") bound.delete(event.factorId);
  else bound.clear();
}

/** The authenticators of one subject that should be there and are not. The log is read first: what is removed meanwhile is in neither. */
async function missingOf({ store, keys }: Log, who: SubjectKey): Promise<MissingFactor[]> {
  const macKeys = await keys();
  const boundNow = async () => {
    const bound = new Map<string, MfaEvent & { method: string; factorId: string }>();
    for (let above = ""; ; ) {
      const rows = await store.auditFind({ above, below: BEHIND_ALL_IDS, order: "oldest", limit: PAGE, who, types: LIFE });
      for (const row of rows) if (isIntact(macKeys, row)) after(bound, eventOf(row));
      above = rows.at(-1)?.id ?? above;
      if (rows.length < PAGE) return bound;
    }
  };
  const there = async () => new Set((await store.read(who)).factors.filter(({ confirmedAt }) => confirmedAt !== null).map(({ id }) => id));
  const [before, present] = [await boundNow(), await there()];
  const absent = [...before.keys()].filter((id) => !present.has(id));
  // Removed between the two reads, and so in the log by now.
  const still = absent.length > 0 ? await boundNow() : before;
  return absent.flatMap((id) => {
    const event = still.get(id);
    if (!event) return [];
    const { factorId, method, at, subject = "", tenant } = event;
    return [{ factorId, method, subject, ...(tenant === undefined ? {} : { tenant }), enabledAt: at }];
  });
}

/** Holds the log against the authenticators that are there, subject by subject. */
export async function compareLog(log: Log, { progress }: { progress?: (subjects: number) => void } = {}): Promise<AuditComparison> {
  const missing: MissingFactor[] = [];
  let [subjects, blanked] = [0, 0];
  for (let above = ""; ; ) {
    const rows = await log.store.auditFind({ above, below: BEHIND_ALL_IDS, order: "oldest", limit: PAGE, types: BOUND });
    for (const { tenant, subject, id } of rows) {
      if (tenant === null || subject === null) {
        blanked += 1;
        continue;
      }
      const who = { tenant, subject };
      // Each subject once: at the first authenticator that it ever bound.
      const [first] = await log.store.auditFind({ above: "", below: BEHIND_ALL_IDS, order: "oldest", limit: 1, who, types: BOUND });
      if (first?.id !== id) continue;
      subjects += 1;
      if (missing.length < MOST_MISSING) missing.push(...(await missingOf(log, who)));
    }
    progress?.(subjects);
    above = rows.at(-1)?.id ?? above;
    if (rows.length < PAGE) return { subjects, missing, blanked };
  }
}
