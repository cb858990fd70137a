import { ConfigError } from "../errors.ts";
import { newDataKey, type RotatableUse } from "../secrets/data-keys.ts";
import { keyIdOf, sealedUnder } from "../secrets/seal.ts";
import type { FactorRow, OwnedFactorRow, SubjectKey } from "../stores/store.ts";
import { change, type Engine, type OpenKeys } from "./engine.ts";
import { factorAad } from "./factor-aad.ts";
import { NOBODY } from "./subject.ts";

export type { RotatableUse } from "../secrets/data-keys.ts";

/** How `mfa.keys.reseal` goes about it. */
export interface ResealOptions {
  /** Secrets read at a time, 1 to 10,000. @defaultValue 500 */
  batch?: number;
  /** Hears of the numbers so far after each batch. What it throws ends the run. */
  onProgress?: (soFar: Resealed) => void;
}

/** What came of sealing secrets anew. */
export interface Resealed {
  /** Secrets that are under the active key now, and were not before. */
  resealed: number;
  /** Secrets that do not open. They were left as they are, each with a `secret_unreadable` in the log. */
  unreadable: number;
  /** Secrets that somebody else sealed anew, or removed, at the same moment. */
  skipped: number;
}

const ROTATABLE: Record<RotatableUse, true> = { seal: true, grant: true, audit: true };

/**
 * Makes a new data key the active one of its use. It is open here before this returns; other processes open it when
 * they first meet its id.
 */
export async function rotate(engine: Engine, use: RotatableUse): Promise<{ keyId: string }> {
  if (!Object.hasOwn(ROTATABLE, use)) {
    throw new ConfigError(
      `keys.rotate takes "seal", "grant" or "audit". A pepper can't be rotated: the hashes of recovery codes were made with it, and nobody holds the codes to hash them anew.`,
    );
  }
  // Whoever can't open what is there must not add to it.
  await engine.openKeys();
  const row = await newDataKey(engine.keys, use, engine.clock());
  await engine.store.rotateDataKey(row);
  await engine.openKeys([row.id]);
  await change(engine, NOBODY, [{ type: "data_key_rotated", use, keyId: row.id }], {});
  return { keyId: row.id };
}

/** Puts a factor's secret under the active key; `undefined` when it does not open. */
async function resealed(engine: Engine, keys: OpenKeys, who: SubjectKey, row: FactorRow): Promise<boolean | undefined> {
  const aad = factorAad(who, row);
  let to: string;
  try {
    to = keys.seal.seal(keys.seal.open(row.secret, aad), aad);
  } catch {
    return undefined;
  }
  const { applied } = await change(engine, who, [], { reseal: { id: row.id, from: row.secret, to } });
  return applied;
}

/**
 * Seals every secret anew that is not under the active key, one at a time, beside verifications and other runs of
 * itself. What is done stays done, so a run that was stopped anywhere goes on when it is called again.
 *
 * @throws KeyError, StoreError when the keys or the store fail in the middle
 */
export async function reseal(engine: Engine, { batch = 500, onProgress }: ResealOptions = {}): Promise<Resealed> {
  if (!Number.isSafeInteger(batch) || batch < 1 || batch > 10_000) throw new ConfigError("keys.reseal takes a batch of 1 to 10,000.");
  const done: Resealed = { resealed: 0, unreadable: 0, skipped: 0 };
  const unreadable = new Set<string>();
  let { activeId } = (await engine.freshKeys()).seal;
  let after = "";
  for (;;) {
    const rows = await engine.store.factorsNotUnder({ prefix: sealedUnder(activeId), after, limit: batch });
    const last = rows.at(-1);
    if (!last) break;
    const keys = await engine.openKeys(rows.map(({ secret }) => keyIdOf(secret)));
    if (keys.seal.activeId !== activeId) {
      // Somebody rotated meanwhile: what lies under the new key must not be put back under this one.
      ({ activeId } = keys.seal);
      after = "";
      continue;
    }
    for (const row of rows) await count(engine, keys, row, done, unreadable);
    after = last.id;
    onProgress?.({ ...done });
  }
  if (done.resealed > 0) await change(engine, NOBODY, [{ type: "secrets_resealed", count: done.resealed }], {});
  return done;
}

/** Seals one secret anew and counts what came of it; one that does not open is told once in a run. */
async function count(engine: Engine, keys: OpenKeys, row: OwnedFactorRow, done: Resealed, unreadable: Set<string>): Promise<void> {
  const isDone = await resealed(engine, keys, row, row);
  if (isDone === true) done.resealed += 1;
  else if (isDone === false) done.skipped += 1;
  else if (!unreadable.has(row.id)) {
    unreadable.add(row.id);
    done.unreadable += 1;
    await change(engine, row, [{ type: "secret_unreadable", factorId: row.id }], {});
  }
}

/**
 * Seals a secret anew that was just used, if it is not under the active key. The code was right, so nothing of this may
 * fail it: what goes wrong is left to the next use, or to a run of `reseal`.
 */
export async function resealRow(engine: Engine, who: SubjectKey, row: FactorRow): Promise<void> {
  try {
    const keys = await engine.openKeys([keyIdOf(row.secret)]);
    if (keyIdOf(row.secret) !== keys.seal.activeId) await resealed(engine, keys, who, row);
  } catch {
    // The old key still opens it.
  }
}
