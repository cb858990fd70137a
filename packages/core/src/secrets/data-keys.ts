import { createSecretKey, type KeyObject, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { isMfaError, KeyError, StoreError } from "../errors.ts";
import type { KeyProvider } from "./key-provider.ts";

/** What a data key is for. One key, one use. */
export type DataKeyUse = "seal" | "pepper" | "grant" | "audit";

/**
 * A use whose key can be rotated. The pepper can't: what was hashed with it would fit nothing any more, and nobody holds
 * the texts to hash them anew.
 */
export type RotatableUse = Exclude<DataKeyUse, "pepper">;

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
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** The unwrapped data keys: for each use the active one first. */
export interface DataKeys extends Readonly<Record<DataKeyUse, readonly [DataKey, ...DataKey[]]>> {
  /** Whether a key of this id is among them. */
  has(keyId: string): boolean;
}

type Identity = Pick<DataKeyRow, "id" | "use">;

/** What a data key is wrapped for, and known by. */
export const contextOf = ({ id, use }: Identity): string => `${use}:${id}`;

/** What a provider answered; its fault leaves as a `KeyError`. */
async function provided<T>(answer: () => Promise<T>, what: string): Promise<T> {
  try {
    return await answer();
  } catch (cause) {
    throw isMfaError(cause) ? cause : new KeyError(`The key provider did not ${what}. Nothing can be verified until it does.`, { cause });
  }
}

/** Opens a data key. */
export async function unwrapped(provider: KeyProvider, row: DataKeyRow): Promise<DataKey> {
  const bytes = await provided(() => provider.unwrap(row.wrapped, contextOf(row)), `open data key "${row.id}" (${row.use})`);
  if (bytes.length !== KEY_BYTES) {
    throw new KeyError(
      `Data key "${row.id}" (${row.use}) unwrapped to ${bytes.length} bytes instead of ${KEY_BYTES}: the key provider is broken.`,
    );
  }
  return { id: row.id, key: createSecretKey(bytes), createdAt: row.createdAt };
}

/**
 * A data key, wrapped. What is wrapped wrong is lost with all that it seals, so the wrapping has to open, and under its own
 * context alone: a provider that ignores the context would let somebody with the database swap keys of different uses.
 */
async function wrappedBy(provider: KeyProvider, bytes: Uint8Array, row: Identity): Promise<string> {
  const context = contextOf(row);
  const wrapped = await provided(() => provider.wrap(bytes, context), `wrap data key "${row.id}" (${row.use})`);
  const again = await provided(() => provider.unwrap(wrapped, context), `open data key "${row.id}" (${row.use}) again`);
  if (again.length !== bytes.length || !timingSafeEqual(again, bytes)) {
    throw new KeyError("The key provider did not give back the data key that it had just wrapped: it is broken. Nothing was saved.");
  }
  const isBound = await provider.unwrap(wrapped, `not-${context}`).then(
    () => false,
    () => true,
  );
  if (!isBound) {
    throw new KeyError(
      "The key provider opened a data key under another context than it was wrapped for. Have it authenticate the context " +
        "(associated data, encryption context): else keys of different uses can be swapped in the database. Nothing was saved.",
    );
  }
  return wrapped;
}

/** A store's answer; its fault leaves as a `StoreError`. */
export async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw isMfaError(cause)
      ? cause
      : new StoreError("The store did not give the data keys. Nothing can be verified until it does.", { cause });
  }
}

/**
 * Makes a data key and wraps it.
 *
 * @throws KeyError when the provider does not wrap it, opens it to something else, or ignores the context
 */
export async function newDataKey(provider: KeyProvider, use: DataKeyUse, now: number): Promise<DataKeyRow> {
  const row = { id: randomUUID(), use };
  return { ...row, wrapped: await wrappedBy(provider, randomBytes(KEY_BYTES), row), createdAt: now };
}

/** A store's data keys, in its order, and those of them that were opened, by context. */
export interface OpenedRows {
  readonly rows: readonly DataKeyRow[];
  readonly open: ReadonlyMap<string, DataKey>;
}

async function openAll(provider: KeyProvider, rows: readonly DataKeyRow[]): Promise<OpenedRows> {
  const keys = await Promise.all(rows.map(async (row) => [contextOf(row), await unwrapped(provider, row)] as const));
  return { rows, open: new Map(keys) };
}

/**
 * Opens the store's data keys, making those that do not exist yet. This is the start-up key check: a wrong keyring fails
 * here, before any code is judged, and changes nothing. Keys that an older key of the provider wraps are then wrapped anew.
 *
 * @throws KeyError when a data key does not open
 * @throws StoreError when the store does not answer
 */
export async function openOrMake(provider: KeyProvider, store: DataKeyStore, now: number): Promise<OpenedRows> {
  const rows = await asked(store.dataKeys());
  // What exists is opened before anything is added: a wrong keyring must not leave keys of its own behind.
  let opened = await openAll(provider, rows);
  const missing = USES.filter((use) => !rows.some((row) => row.use === use));
  if (missing.length > 0) {
    await asked(store.addDataKeys(await Promise.all(missing.map((use) => newDataKey(provider, use, now)))));
    opened = await openAll(provider, await asked(store.dataKeys()));
  }
  await Promise.all(opened.rows.map((row) => rewrapped(provider, store, row, opened.open.get(contextOf(row)))));
  return opened;
}

/** Has the newest key wrap a data key that an older one wrapped. Of several processes at it, one saves. */
async function rewrapped(provider: KeyProvider, store: DataKeyStore, row: DataKeyRow, dataKey: DataKey | undefined): Promise<void> {
  try {
    const isCurrent = (await provider.isCurrent?.(row.wrapped)) ?? true;
    if (isCurrent || !dataKey) return;
    await store.rewrapDataKey({ id: row.id, from: row.wrapped, to: await wrappedBy(provider, dataKey.key.export(), row) });
  } catch {
    // The keys are open, so nothing has to stop: the old wrapping still stands, and the next start tries again.
  }
}

/** Sorts opened keys by their use. */
export function keysOf({ rows, open }: OpenedRows): DataKeys {
  const of = (use: DataKeyUse): readonly [DataKey, ...DataKey[]] => {
    const keys = rows.filter((row) => row.use === use).map((row) => open.get(contextOf(row)));
    const [active, ...older] = keys.filter((key) => key !== undefined);
    if (!active) throw new KeyError(`The store kept no data key for "${use}". Its dataKeys() and addDataKeys() disagree.`);
    return [active, ...older];
  };
  const ids = new Set([...open.values()].map(({ id }) => id));
  return Object.freeze({
    seal: of("seal"),
    pepper: of("pepper"),
    grant: of("grant"),
    audit: of("audit"),
    has: (keyId: string) => ids.has(keyId),
  });
}
