import { ConfigError, SealError } from "../errors.ts";
import { toSeconds } from "../internal/duration.ts";
import type { StoredAuditRow } from "../stores/store.ts";
import { type MfaEventType, RECORDS } from "./events.ts";
import { isIntact } from "./row.ts";
import { isGenuine, type Seal, sealKey, settled, sumOf, thinned, written } from "./seal.ts";
import { rowsOf, sealsBehind, thinnedSince } from "./sealed-rows.ts";
import { type Log, newestSeal, sealAll } from "./sealing.ts";
import type { PruneOptions } from "./types.ts";

/** What stays: the records, and what erasures and removals say of them. */
const LASTING: ReadonlySet<string> = new Set<MfaEventType>([...RECORDS, "subject_erased", "audit_rows_removed"]);

/** How far `prune` has come, so that it need not look at all that is done. Nothing is believed for it. */
const PRUNED = "pruned";

const DAY = 86_400;

const spoiled = (seal: Seal): SealError =>
  new SealError(
    `The rows of seal ${seal.seal} of the audit log are not as they were sealed, and removing them would hide that. Run audit.verify(): it tells which.`,
  );

/** Removes what a seal states as removed. */
async function remove({ store }: Log, seal: Seal): Promise<void> {
  for (const [from, to] of seal.removed) await store.auditRemove({ from, to });
  await store.auditNote({ key: sealKey(seal.seal), from: written(seal), to: written(settled(seal)) });
}

/** Removes the rows of a seal but those that last. Before any goes, the seal states that they go. */
async function thin(log: Log, seal: Seal): Promise<number> {
  const keys = await log.keys();
  if (!isGenuine(keys, seal)) throw spoiled(seal);
  if (seal.isRemoving) await remove(log, seal);
  if (seal.removed.length > 0) return 0;
  const rows: StoredAuditRow[] = await rowsOf(log, seal);
  if (sumOf(rows) !== seal.sum || !rows.every((row) => isIntact(keys, row))) {
    // What another process is removing is no fault, and that one does the rest.
    if (await thinnedSince(log, keys, seal)) return 0;
    throw spoiled(seal);
  }
  const kept = rows.filter(({ type }) => LASTING.has(type));
  if (kept.length === rows.length) return 0;
  const after = thinned(keys[0], seal, kept);
  const isOurs = await log.store.auditNote({ key: sealKey(seal.seal), from: written(seal), to: written(after) });
  // Another process is at it, and does the rest.
  if (!isOurs) return 0;
  await remove(log, after);
  return rows.length - kept.length;
}

/** Removes the rows that were sealed so long ago, seal by seal, and records that it did. */
export async function pruneLog(log: Log, { olderThan, progress }: PruneOptions): Promise<{ removed: number }> {
  const seconds = toSeconds(olderThan);
  if (seconds === undefined || seconds < DAY) throw new ConfigError('audit.prune takes olderThan of "1d" or more, such as "400d".');
  await sealAll(log);
  const before = log.clock() - seconds * 1000;
  const [note] = await log.store.auditNotes({ prefix: PRUNED, after: "", limit: 1 });
  const newest = await newestSeal(log, await log.keys());
  const done = Number(note?.value);
  let through = Number.isSafeInteger(done) && done <= (newest?.seal ?? 0) ? done : 0;
  let removed = 0;
  for await (const seal of sealsBehind(log, through)) {
    if (seal.at >= before) break;
    removed += await thin(log, seal);
    through = seal.seal;
    progress?.(removed);
  }
  if (String(through) !== note?.value) await log.store.auditNote({ key: PRUNED, from: note?.value ?? null, to: String(through) });
  if (removed > 0) await log.record({ type: "audit_rows_removed", count: removed, before });
  return { removed };
}
