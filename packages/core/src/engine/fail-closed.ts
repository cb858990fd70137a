import { isMfaError, StoreError } from "../errors.ts";
import type { Store } from "../stores/store.ts";

/** All that a store does. */
export const STORE_VERBS: readonly (keyof Store)[] = [
  "migrate",
  "dataKeys",
  "addDataKeys",
  "rotateDataKey",
  "rewrapDataKey",
  "read",
  "charge",
  "settle",
  "apply",
  "factorsNotUnder",
  "spend",
  "auditPage",
];

/** One line of what a driver said. An AggregateError of Node's says nothing but its code. */
function whatOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const [line = ""] = cause.message.split("\n");
  return line.slice(0, 200) || String((cause as { code?: unknown }).code ?? cause.name);
}

/** PostgreSQL's "undefined table" (SQLSTATE 42P01): the one fault that we know the mend of. */
const mendOf = (cause: unknown): string =>
  (cause as { code?: unknown } | null)?.code === "42P01" ? " The tables are missing: run mfa.ready({ migrate: true }) once." : "";

/** The store, with every fault leaving as a `StoreError`: told from a denial, and denying all the same. */
export function failClosed(store: Store): Store {
  const guarded = STORE_VERBS.map((verb) => [
    verb,
    async (...args: unknown[]): Promise<unknown> => {
      try {
        return await (store[verb] as (...args: unknown[]) => Promise<unknown>)(...args);
      } catch (cause) {
        if (isMfaError(cause)) throw cause;
        const why = whatOf(cause);
        throw new StoreError(`The store failed in ${verb}(): ${why}. What was asked is denied.${mendOf(cause)}`, { cause });
      }
    },
  ]);
  return Object.freeze(Object.fromEntries(guarded)) as Store;
}
