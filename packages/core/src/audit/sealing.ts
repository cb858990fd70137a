import type { KeyObject } from "node:crypto";
import { SealError } from "../errors.ts";
import type { Store, StoredAuditRow, SubjectKey } from "../stores/store.ts";
import type { NewEvent } from "./events.ts";
import { isIn, without } from "./ranges.ts";
import { type Gap, headOf, isGenuine, readSeal, SEALS, type Seal, sealed, sealKey, written } from "./seal.ts";
import type { AuditHead, Sealed } from "./types.ts";

/** What the log's parts share. */
export interface Log {
  store: Store;
  /** The keys of the log's MACs, the active one first, as the store holds them now. */
  keys(): Promise<readonly [KeyObject, ...KeyObject[]]>;
  clock(): number;
  keyOf(subject: { id: string; tenant?: string | undefined }): SubjectKey;
  /** Appends an event of no subject. */
  record(event: NewEvent): Promise<void>;
  keepHead?: ((head: AuditHead) => void | Promise<void>) | undefined;
}

/** Rows read at a time, and the most of one seal. */
export const PAGE = 1000;

/**
 * How long the number of a row that was not there is looked for. Its transaction was under way, or came to nothing; ours
 * take milliseconds. One that came later still would show as a row that no seal knows.
 */
const PATIENCE = 86_400_000;

/** Spans of numbers that are looked for, at most: the newest. */
const MOST_GAPS = 1000;

/** The newest seal. */
export async function newestSeal({ store }: Log, keys: readonly KeyObject[]): Promise<Seal | undefined> {
  const [note] = await store.auditNotes({ prefix: SEALS, after: "", limit: 1, last: true });
  if (!note) return undefined;
  const seal = readSeal(note.value);
  if (!seal || sealKey(seal.seal) !== note.key || !isGenuine(keys, seal)) {
    throw new SealError(
      "The newest seal of the audit log is not as it was written, and nothing is sealed on top of it. Run audit.verify() to see what was done to the log.",
    );
  }
  return seal;
}

/** Rows whose numbers an earlier seal did not see, and that are there now. */
async function lateRows({ store }: Log, gaps: readonly Gap[]): Promise<StoredAuditRow[]> {
  const ranges = gaps.map(({ range }) => range);
  const late: StoredAuditRow[] = [];
  let after = 0;
  for (const [from, to] of ranges) {
    // A page of before may have brought what is in this one too.
    after = Math.max(after, from - 1);
    while (after < to) {
      const page = await store.auditPage({ after, limit: 100 });
      late.push(...page.filter(({ seq }) => isIn(ranges, seq)));
      after = page.length < 100 ? Number.MAX_SAFE_INTEGER : (page.at(-1)?.seq ?? to);
    }
  }
  return late;
}

/**
 * The next seal; `undefined` where nothing is to be sealed. A row that is being written is never skipped, on any database:
 * numbers are given in order and rows become visible in any, so a number that has no row yet is noted as a gap, and its row
 * is sealed by a later seal once it is there. No row is waited for, and nobody who writes one waits.
 */
async function nextSeal(log: Log): Promise<{ seal: Seal; isLast: boolean } | undefined> {
  const keys = await log.keys();
  const before = await newestSeal(log, keys);
  const [now, low] = [log.clock(), before?.high ?? 0];
  const late = await lateRows(log, before?.gaps ?? []);
  const rows = await log.store.auditPage({ after: low, limit: PAGE });
  if (late.length + rows.length === 0) return undefined;

  const lateSeqs = late.map(({ seq }) => seq);
  const open = (before?.gaps ?? [])
    .filter(({ since }) => now - since < PATIENCE)
    .flatMap(({ range: [from, to], since }) => without(from, to, lateSeqs).map((range) => ({ range, since })));
  const high = rows.at(-1)?.seq ?? low;
  const seen = rows.map(({ seq }) => seq);
  const added = without(low + 1, high, seen).map((range) => ({ range, since: now }));
  const gaps = [...open, ...added].slice(-MOST_GAPS);
  const seal = sealed(keys[0], before, [...late, ...rows], { at: now, high, gaps });
  return { seal, isLast: rows.length < PAGE };
}

/** The MAC of the head that `keepHead` took last. A head of ours alone bears one, so who writes in the database can't say it was taken. */
const KEPT = "head-kept";

/** Hands the newest head over, unless it was taken: one that was not is handed over again by whoever seals next. */
async function handOver({ store, keepHead }: Log, head: AuditHead): Promise<void> {
  if (!keepHead) return;
  const [note] = await store.auditNotes({ prefix: KEPT, after: "", limit: 1 });
  const from = note?.value ?? null;
  if (from === head.mac) return;
  await keepHead(head);
  await store.auditNote({ key: KEPT, from, to: head.mac });
}

/**
 * Seals all that is not sealed, but not what is written while it does: that would never end. Of several at it, one makes
 * each seal, and the others go on behind it.
 *
 * @param onRefused - hears what `keepHead` throws; without it that is thrown, once all is sealed
 */
export async function sealAll(log: Log, onRefused?: (error: unknown) => void): Promise<Sealed> {
  let rows = 0;
  for (let next = await nextSeal(log); next; next = await nextSeal(log)) {
    const { seal, isLast } = next;
    if (!(await log.store.auditNote({ key: sealKey(seal.seal), from: null, to: written(seal) }))) continue;
    rows += seal.rows;
    if (isLast) break;
  }
  const keys = await log.keys();
  const newest = await newestSeal(log, keys);
  if (!newest) return { rows };
  const head = headOf(keys[0], newest);
  try {
    await handOver(log, head);
  } catch (error) {
    if (!onRefused) throw error;
    onRefused(error);
  }
  return { rows, head };
}
