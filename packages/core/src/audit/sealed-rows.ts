import type { KeyObject } from "node:crypto";
import type { StoredAuditRow } from "../stores/store.ts";
import { isIn } from "./ranges.ts";
import { isGenuine, readSeal, SEALS, type Seal, sealKey } from "./seal.ts";
import { type Log, PAGE } from "./sealing.ts";

/** A place in the log's final order: behind the row `seq` of the seal after `seal`; with 0, behind all of `seal`. */
export interface Place {
  seal: number;
  seq: number;
}

export const BEGINNING: Place = { seal: 0, seq: 0 };

/** The rows of a seal that are there, in its order, behind one of them. */
export async function rowsOf({ store }: Log, { members }: Seal, after = 0): Promise<StoredAuditRow[]> {
  const rows: StoredAuditRow[] = [];
  let read = after;
  for (const [from, to] of members) {
    read = Math.max(read, from - 1);
    while (read < to) {
      const page = await store.auditPage({ after: read, limit: PAGE });
      rows.push(...page.filter(({ seq }) => isIn(members, seq)));
      read = page.length < PAGE ? Number.MAX_SAFE_INTEGER : (page.at(-1)?.seq ?? to);
    }
  }
  return rows;
}

/** The seals behind a number, a few at a time. One that can't be read any more has no rows to give. */
export async function* sealsBehind({ store }: Log, seal: number): AsyncGenerator<Seal> {
  let after = sealKey(seal);
  for (;;) {
    const notes = await store.auditNotes({ prefix: SEALS, after, limit: 20 });
    for (const { value } of notes) {
      const found = readSeal(value);
      if (found) yield found;
    }
    const last = notes.at(-1);
    if (!last || notes.length < 20) return;
    after = last.key;
  }
}

/** A seal as it is now, where another process has removed rows below it since it was read. */
export async function thinnedSince({ store }: Log, keys: readonly KeyObject[], seal: Seal): Promise<Seal | undefined> {
  const [note] = await store.auditNotes({ prefix: sealKey(seal.seal), after: "", limit: 1 });
  const now = note && readSeal(note.value);
  return now && now.mac !== seal.mac && now.hash === seal.hash && isGenuine(keys, now) ? now : undefined;
}
