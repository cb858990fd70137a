import { asked, contextOf, type DataKeyStore, type DataKeys, keysOf, type OpenedRows, openOrMake, unwrapped } from "./data-keys.ts";
import type { KeyProvider } from "./key-provider.ts";

/** Milliseconds between two looks for keys that other processes have made. */
const LOOK_EVERY = 3_600_000;

/** Data keys that are opened once and kept, as what was made of them. */
export interface KeptKeys<T> {
  /** What `recent()` would give at once; `undefined` before the keys were opened, and when it is time to look. */
  now(): T | undefined;
  /**
   * Opens the keys, at the first call. When one of the `needed` ids is not among them, the store is asked for keys that
   * other processes have added since: once, and the provider is asked for those alone. So an id that exists nowhere
   * costs one look at the store; an empty one, nothing.
   *
   * @throws KeyError when a data key does not open: at first any of them, later one that is needed
   * @throws StoreError when the store does not answer
   */
  open(needed?: readonly string[]): Promise<T>;
  /** The same with what the store holds now. */
  fresh(): Promise<T>;
  /** The same with what the store held an hour ago or later. Should it not answer, those that are open go on for another hour. */
  recent(): Promise<T>;
}

interface Kept<T> extends OpenedRows {
  keys: DataKeys;
  made: T;
  /** Why a key that was added later did not open, by id. It is tried again when it is needed. */
  closed: ReadonlyMap<string, unknown>;
}

/**
 * Keeps a store's data keys for a process.
 *
 * @param make - what to make of them; called again when keys were added, those before still among them
 */
export function keepKeys<T>(provider: KeyProvider, store: DataKeyStore, clock: () => number, make: (keys: DataKeys) => T): KeptKeys<T> {
  let kept: Promise<Kept<T>> | undefined;
  let made: T | undefined;
  let reading: Promise<Kept<T>> | undefined;
  let lookedAt = 0;

  const isTimeToLook = (): boolean => made !== undefined && clock() - lookedAt >= LOOK_EVERY;

  const keep = (opened: OpenedRows, closed: ReadonlyMap<string, unknown>): Kept<T> => {
    const keys = keysOf(opened);
    made = make(keys);
    return { ...opened, keys, made, closed };
  };

  const opened = (): Promise<Kept<T>> => {
    kept ??= (async () => {
      const now = clock();
      const rows = await openOrMake(provider, store, now);
      // From here on, and not from the first use: a process may be idle for a day.
      lookedAt = now;
      return keep(rows, new Map());
    })().catch((error: unknown) => {
      kept = undefined;
      throw error;
    });
    return kept;
  };

  const read = async (needed: readonly string[]): Promise<Kept<T>> => {
    const before = await opened();
    const rows = await asked(store.dataKeys());
    // A key that is open stays open, whatever has become of its row: only others are the provider's business.
    const added = rows.filter((row) => !before.open.has(contextOf(row)) && (!before.closed.has(row.id) || needed.includes(row.id)));
    if (added.length === 0) return before;
    const open = new Map(before.open);
    const closed = new Map(before.closed);
    await Promise.all(
      added.map(async (row) => {
        try {
          open.set(contextOf(row), await unwrapped(provider, row));
          closed.delete(row.id);
        } catch (error) {
          closed.set(row.id, error);
        }
      }),
    );
    const gone = before.rows.filter((row) => !rows.some((now) => contextOf(now) === contextOf(row)));
    const after = keep({ rows: [...rows, ...gone], open }, closed);
    kept = Promise.resolve(after);
    return after;
  };

  /** Reads the store once for all who ask. A reading under way may have begun too early: it counts if it brings enough. */
  const renewed = async (needed: readonly string[], isEnough: (found: Kept<T>) => boolean): Promise<Kept<T>> => {
    if (reading) {
      const found = await reading.catch(opened);
      if (isEnough(found)) return found;
    }
    reading ??= read(needed).finally(() => {
      reading = undefined;
    });
    return await reading;
  };

  const fresh = async (): Promise<T> => {
    await opened();
    return (await renewed([], () => false)).made;
  };

  return Object.freeze({
    now: () => (isTimeToLook() ? undefined : made),
    async open(needed: readonly string[] = []) {
      const isEnough = ({ keys }: Kept<T>): boolean => needed.every((id) => id === "" || keys.has(id));
      const now = await opened();
      if (isEnough(now)) return now.made;
      const { made, closed } = await renewed(needed, isEnough);
      for (const id of needed) if (closed.has(id)) throw closed.get(id);
      return made;
    },
    fresh,
    async recent() {
      if (!isTimeToLook()) return (await opened()).made;
      lookedAt = clock();
      return await fresh().catch(async () => (await opened()).made);
    },
  });
}
