import { createSecretKey, type KeyObject, randomBytes, randomUUID } from "node:crypto";
import { isMfaError, KeyError, StoreError } from "../errors.ts";
import type { KeyProvider } from "./key-provider.ts";

/** What a data key is for. One key, one use. */
export type DataKeyUse = "seal" | "pepper" | "grant" | "audit";

const USES: readonly DataKeyUse[] = ["seal", "pepper", "grant", "audit"];
const KEY_BYTES = 32;

/** A data key as the store holds it: wrapped. */
export interface DataKeyRow {
  id: string;
  use: DataKeyUse;
  wrapped: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** The part of a store that holds data keys. */
export interface DataKeyStore {
  /** All of them, the active key of each use first. */
  dataKeys(): Promise<DataKeyRow[]>;
  /**
   * Adds keys, each ignored when its use has an active key already. Of sets added at once for the same uses
   * one is added whole, so that racing starts agree on keys that one keyring opens.
   */
  addDataKeys(rows: readonly DataKeyRow[]): Promise<void>;
  /** Makes this key the active one of its use; the one before stays, for what was made with it. */
  rotateDataKey(row: DataKeyRow): Promise<void>;
  /** Puts one wrapping of a key in place of another, which must be its wrapping still: else nothing happens. */
  rewrapDataKey(rewrap: { id: string; from: string; to: string }): Promise<void>;
}

/** A data key, unwrapped. */
export interface DataKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The unwrapped data keys: for each use the active one first. */
export type DataKeys = Readonly<Record<DataKeyUse, readonly [DataKey, ...DataKey[]]>>;

const contextOf = (row: Pick<DataKeyRow, "id" | "use">): string => `${row.use}:${row.id}`;

async function unwrapped(provider: KeyProvider, row: DataKeyRow): Promise<DataKey> {
  let bytes: Uint8Array;
  try {
    bytes = await provider.unwrap(row.wrapped, contextOf(row));
  } catch (cause) {
    if (isMfaError(cause)) throw cause;
    throw new KeyError(`The key provider did not open data key "${row.id}" (${row.use}). Nothing can be verified until it does.`, {
      cause,
    });
  }
  if (bytes.length !== KEY_BYTES) {
    throw new KeyError(
      `Data key "${row.id}" (${row.use}) unwrapped to ${bytes.length} bytes instead of ${KEY_BYTES}: the key provider is broken.`,
    );
  }
  return { id: row.id, key: createSecretKey(bytes) };
}

/** A store's answer; its fault leaves as a `StoreError`. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw isMfaError(cause)
      ? cause
      : new StoreError("The store did not give the data keys. Nothing can be verified until it does.", { cause });
  }
}

/**
 * Opens the store's data keys, making those that do not exist yet. This is the start-up key check: a
 * wrong keyring fails here, before any code is judged, and changes nothing.
 *
 * @throws KeyError when a data key does not open
 * @throws StoreError when the store does not answer
 */
export async function openDataKeys(provider: KeyProvider, store: DataKeyStore, now: number): Promise<DataKeys> {
  let rows = await asked(store.dataKeys());
  // What exists is opened before anything is added: a wrong keyring must not leave keys of its own behind.
  let keys = await Promise.all(rows.map((row) => unwrapped(provider, row)));
  const missing = USES.filter((use) => !rows.some((row) => row.use === use));
  if (missing.length > 0) {
    const made = missing.map(async (use): Promise<DataKeyRow> => {
      const row = { id: randomUUID(), use };
      return { ...row, wrapped: await provider.wrap(randomBytes(KEY_BYTES), contextOf(row)), createdAt: now };
    });
    await asked(store.addDataKeys(await Promise.all(made)));
    rows = await asked(store.dataKeys());
    keys = await Promise.all(rows.map((row) => unwrapped(provider, row)));
  }
  const of = (use: DataKeyUse): readonly [DataKey, ...DataKey[]] => {
    const [active, ...older] = keys.filter((_, index) => rows[index]?.use === use);
    if (!active) throw new KeyError(`The store kept no data key for "${use}". Its dataKeys() and addDataKeys() disagree.`);
    return [active, ...older];
  };
  return Object.freeze({ seal: of("seal"), pepper: of("pepper"), grant: of("grant"), audit: of("audit") });
}
