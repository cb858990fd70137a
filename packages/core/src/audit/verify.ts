import type { KeyObject } from "node:crypto";
import type { StoredAuditRow } from "../stores/store.ts";
import { unexplained } from "./erasures.ts";
import { isIn, numbersOf } from "./ranges.ts";
import { isIntact } from "./row.ts";
import { headOf, isGenuine, isOurs, printAt, printOf, readSeal, SEALS, type Seal, sealKey, sumOf } from "./seal.ts";
import { thinnedSince } from "./sealed-rows.ts";
import { type Log, PAGE } from "./sealing.ts";
import type { AuditChecked, AuditFault, AuditFaultKind, AuditHead, AuditVerification, VerifyOptions } from "./types.ts";

/** What was found; thrown, since it ends the run wherever it is. */
class FaultFound extends Error {
  readonly fault: AuditFault;

  constructor(fault: AuditFault) {
    super(fault.message);
    this.fault = fault;
  }
}

type Where = Omit<AuditFault, "kind" | "message">;

const fail = (kind: AuditFaultKind, place: Where, message: string): never => {
  throw new FaultFound({ kind, ...place, message });
};

/** Rows that no seal has claimed yet, at most: so many that were written late are not to be had by chance. */
const MOST_STRAYS = 10_000;

interface RowReader {
  /** The rows up to a number that were not read yet. */
  upTo(high: number): Promise<StoredAuditRow[]>;
  /** Some of those behind; none at the end. */
  more(): Promise<StoredAuditRow[]>;
}

/** Reads the log once, in the order of its numbers, a page at a time. */
function rowReader({ store }: Log): RowReader {
  let ahead: StoredAuditRow[] = [];
  let [after, isDone] = [0, false];
  const read = async (): Promise<void> => {
    ahead = await store.auditPage({ after, limit: PAGE });
    after = ahead.at(-1)?.seq ?? after;
    isDone = ahead.length < PAGE;
  };
  return {
    async upTo(high) {
      const found: StoredAuditRow[] = [];
      for (;;) {
        const end = ahead.findIndex(({ seq }) => seq > high);
        found.push(...(end < 0 ? ahead : ahead.slice(0, end)));
        ahead = end < 0 ? [] : ahead.slice(end);
        if (end >= 0 || isDone) return found;
        await read();
      }
    },
    async more() {
      if (ahead.length === 0 && !isDone) await read();
      const found = ahead;
      ahead = [];
      return found;
    },
  };
}

async function* sealsOf({ store }: Log): AsyncGenerator<{ number: number; key: string; value: string }> {
  let after = "";
  let number = 0;
  for (;;) {
    const notes = await store.auditNotes({ prefix: SEALS, after, limit: 100 });
    for (const { key, value } of notes) {
      number += 1;
      yield { number, key, value };
    }
    if (notes.length < 100) return;
    after = notes.at(-1)?.key ?? after;
  }
}

/** A seal that is itself as it was made, and follows on the one before. */
function checkedSeal(keys: readonly KeyObject[], before: Seal | undefined, note: { number: number; key: string; value: string }): Seal {
  const { number } = note;
  const seal = readSeal(note.value);
  if (note.key !== sealKey(number) && seal && sealKey(seal.seal) === note.key && isGenuine(keys, seal)) {
    return fail("seal_missing", { seal: number }, `Seal ${number} is gone: seal ${seal.seal} is the next one there.`);
  }
  if (!seal || note.key !== sealKey(number) || seal.seal !== number || !isGenuine(keys, seal)) {
    return fail("seal_edited", { seal: number }, `Seal ${number} is not as it was written.`);
  }
  if (seal.before !== (before?.hash ?? "") || seal.count !== (before?.count ?? 0) + seal.rows) {
    return fail("seal_edited", { seal: number }, `Seal ${number} does not follow on the seal before it.`);
  }
  return seal;
}

interface Run {
  log: Log;
  keys: readonly KeyObject[];
  checked: AuditChecked;
  /** Rows that were read and belong to no seal so far. */
  strays: Map<number, StoredAuditRow>;
}

const checkRow = (keys: readonly KeyObject[], row: StoredAuditRow, place: Where): void => {
  if (!isIntact(keys, row)) {
    fail("row_edited", { ...place, seq: row.seq, eventId: row.id }, `Row ${row.seq} (event ${row.id}) is not as it was written.`);
  }
};

const isBlank = ({ subject }: StoredAuditRow): boolean => subject === null;

/** A row that came late may have been passed by before it was there. */
async function lateRow({ store }: Log, seq: number): Promise<StoredAuditRow | undefined> {
  const [row] = await store.auditPage({ after: seq - 1, limit: 1 });
  return row?.seq === seq ? row : undefined;
}

/** The rows of a seal, each in its place. */
async function checkMembers({ log, keys, strays, checked }: Run, seal: Seal): Promise<void> {
  const rows: StoredAuditRow[] = [];
  const place = { seal: seal.seal };
  for (const seq of numbersOf(seal.members)) {
    const row = strays.get(seq) ?? (await lateRow(log, seq));
    if (!row) return fail("row_missing", { ...place, seq }, `Row ${seq} was sealed by seal ${seal.seal}, and is gone.`);
    checkRow(keys, row, place);
    if (printOf(row) !== printAt(seal, rows.length)) {
      fail(
        "row_moved",
        { ...place, seq, eventId: row.id },
        `Row ${seq} was sealed by seal ${seal.seal}, and another row of the log (event ${row.id}) stands in its place.`,
      );
    }
    rows.push(row);
  }
  if (seal.removed.length === 0 && sumOf(rows) !== seal.sum) {
    return fail("row_moved", place, `The rows of seal ${seal.seal} are not those that it sealed.`);
  }
  for (const row of rows) {
    strays.delete(row.seq);
    checked.blanked += Number(isBlank(row));
  }
}

/** A seal's rows; held against the seal as it is now, where rows below it were removed after it was read. */
async function checkRows(run: Run, read: Seal): Promise<void> {
  const { log, keys, strays, checked } = run;
  let seal = read;
  try {
    await checkMembers(run, seal);
  } catch (error) {
    const now = await thinnedSince(log, keys, seal);
    if (!now) throw error;
    seal = now;
    await checkMembers(run, seal);
  }
  checked.rows += seal.rows;
  for (const seq of numbersOf(seal.removed)) {
    checked.rows -= 1;
    checked.removed += 1;
    const row = strays.get(seq);
    // It was to be removed, and is not yet.
    if (row) checkRow(keys, row, { seal: seal.seal });
    strays.delete(seq);
  }
}

/** Holds what is read of the log against what was kept elsewhere. */
function headsOf(keys: readonly KeyObject[], heads: readonly AuditHead[]) {
  for (const head of heads) {
    if (!isOurs(keys, head)) {
      fail("head_forged", { seal: Number(head?.seal) }, "A kept head is not as it was made: it was edited, or is of another log.");
    }
  }
  const bySeal = Map.groupBy(heads, ({ seal }) => seal);
  return {
    check(seal: Seal): number {
      const kept = bySeal.get(seal.seal) ?? [];
      if (kept.some(({ hash, count }) => hash !== seal.hash || count !== seal.count)) {
        fail("head_mismatch", { seal: seal.seal }, `Seal ${seal.seal} is another one than the head that was kept of it.`);
      }
      return kept.length;
    },
    checkEnd(last: number): void {
      const beyond = heads.find(({ seal }) => seal > last);
      if (beyond) {
        fail(
          "log_cut",
          { seal: last + 1 },
          `A kept head bears seal ${beyond.seal} with ${beyond.count} rows, and the log ends at seal ${last}: its end was cut off, or an older state was put back.`,
        );
      }
    },
  };
}

/** Rows behind the last seal, and late ones that it waits for. What else is left belongs to no seal. */
function checkTail({ keys, strays, checked }: Run, rows: readonly StoredAuditRow[], last: Seal | undefined): void {
  for (const row of rows) {
    checkRow(keys, row, {});
    checked.blanked += Number(isBlank(row));
  }
  const ranges = (last?.gaps ?? []).map(({ range }) => range);
  for (const row of strays.values()) {
    checkRow(keys, row, {});
    if (isIn(ranges, row.seq)) continue;
    fail(
      "row_added",
      { seq: row.seq, eventId: row.id },
      `Row ${row.seq} (event ${row.id}) stands among sealed rows, and no seal knows it.`,
    );
  }
  checked.unsealed += rows.length + strays.size;
}

/** Whether erasures explain the rows that name nobody. */
async function checkBlanked({ log, keys, checked }: Run): Promise<void> {
  const isExplained = async (): Promise<boolean> => {
    const { records, erasures } = await unexplained(log.store, keys);
    return records <= 0 && (checked.blanked === 0 || erasures > 0);
  };
  // Asked twice: while the rows were read, a subject may have been erased.
  if ((await isExplained()) || (await isExplained())) return;
  fail("row_blanked", {}, "Rows name nobody, and no erasure explains it: somebody blanked them by hand.");
}

/** Proves the log from its first seal to its last row, or finds the first fault. Holds a page of it at a time. */
export async function verifyLog(log: Log, { heads = [], progress }: VerifyOptions = {}): Promise<AuditVerification> {
  const keys = await log.keys();
  const checked: AuditChecked = { seals: 0, rows: 0, removed: 0, unsealed: 0, blanked: 0, heads: 0 };
  const run: Run = { log, keys, checked, strays: new Map() };
  try {
    const kept = headsOf(keys, heads);
    const [newest] = await log.store.auditNotes({ prefix: SEALS, after: "", limit: 1, last: true });
    const of = newest ? (readSeal(newest.value)?.seal ?? 0) : 0;
    const reader = rowReader(log);
    let last: Seal | undefined;
    for await (const note of sealsOf(log)) {
      const seal = checkedSeal(keys, last, note);
      for (const row of await reader.upTo(seal.high)) run.strays.set(row.seq, row);
      await checkRows(run, seal);
      if (run.strays.size > MOST_STRAYS) checkTail(run, [], undefined);
      checked.heads += kept.check(seal);
      checked.seals += 1;
      checked.head = headOf(keys[0], seal);
      last = seal;
      progress?.({ seals: checked.seals, of: Math.max(of, checked.seals), rows: checked.rows });
    }
    kept.checkEnd(last?.seal ?? 0);
    await checkEnd(run, reader, last);
    await checkBlanked(run);
    return { ok: true, ...checked };
  } catch (error) {
    if (error instanceof FaultFound) return { ok: false, fault: error.fault, ...checked };
    throw error;
  }
}

/** What lies behind the last seal, a page at a time. */
async function checkEnd(run: Run, reader: RowReader, last: Seal | undefined): Promise<void> {
  checkTail(run, [], last);
  for (let rows = await reader.more(); rows.length > 0; rows = await reader.more()) {
    checkTail({ ...run, strays: new Map() }, rows, last);
  }
}
