import { isMfaError, StoreError } from "../errors.ts";
import type { Store } from "../stores/store.ts";
import { mendOfRights } from "./lacking-rights.ts";

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
  "auditFind",
  "auditCounts",
  "auditRemove",
  "auditNotes",
  "auditNote",
];

/** One line of what a driver said. An AggregateError of Node's says nothing but its code. */
function whatOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const [line = ""] = cause.message.split("\n");
  return line.slice(0, 200) || String((cause as { code?: unknown }).code ?? cause.name);
}

/** The faults that we know the mend of: "no such table" as PostgreSQL (SQLSTATE 42P01), MySQL and SQLite say it, and a lack of rights. */
function mendOf(cause: unknown): string {
  const { code, message } = Object(cause) as { code?: unknown; message?: unknown };
  const isMissing = code === "42P01" || code === "ER_NO_SUCH_TABLE" || (typeof message === "string" && message.startsWith("no such table"));
  if (isMissing) return " The tables are missing: run mfa.ready({ migrate: true }) once.";
  const mend = mendOfRights(cause);
  return mend === undefined ? "" : ` ${mend}`;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value);
const isCountOrNull = (value: unknown): boolean => value === null || isCount(value);

type Fields = Record<string, unknown>;

const isRecord = ({ epoch, factors, codes }: Fields): boolean => isCount(epoch) && Array.isArray(factors) && Array.isArray(codes);

const isLane = (lane: unknown): boolean => {
  const { tally, tallyAt, lockedUntil } = Object(lane) as Fields;
  return isCount(tally) && isCount(tallyAt) && isCountOrNull(lockedUntil);
};

function isState(state: Fields): boolean {
  const { devices, requiredSince, switchedOff, lanes } = state;
  const { authenticator, recovery } = Object(lanes) as Fields;
  const isMarked = isCountOrNull(requiredSince) && (switchedOff === null || typeof switchedOff === "string");
  return isRecord(state) && isMarked && Array.isArray(devices) && isLane(authenticator) && isLane(recovery);
}

function isCharged({ admitted, seen, record, tally, lockedUntil, refusals, reason, until }: Fields): boolean {
  if (admitted === false) return isCount(until) && (reason === "locked" || reason === "expired");
  const { attempt, run, lockedUntil: lockSeen } = Object(seen) as Fields;
  const isSeen = isCount(attempt) && isCount(run) && isCountOrNull(lockSeen);
  return (
    admitted === true && isSeen && isCount(tally) && isCountOrNull(lockedUntil) && isCount(refusals) && isRecord(Object(record) as Fields)
  );
}

/**
 * What the verbs that decide have to answer. A field that is missing or of another type would be read as a
 * condition that does not hold, such as "not switched off" by `!== null`: so it is a fault, and denies.
 */
const IS_ANSWER: Partial<Record<keyof Store, (answer: Fields) => boolean>> = {
  read: isState,
  charge: isCharged,
  apply: ({ applied, epoch }) => typeof applied === "boolean" && isCount(epoch),
};

/** The store, with every fault leaving as a `StoreError`: told from a denial, and denying all the same. */
export function failClosed(store: Store): Store {
  const guarded = STORE_VERBS.map((verb) => [
    verb,
    async (...args: unknown[]): Promise<unknown> => {
      try {
        const answer = await (store[verb] as (...args: unknown[]) => Promise<unknown>)(...args);
        if (IS_ANSWER[verb]?.(Object(answer) as Fields) === false)
          throw new TypeError("its answer lacks a field, or has one of another type");
        return answer;
      } catch (cause) {
        if (isMfaError(cause)) throw cause;
        const why = whatOf(cause);
        throw new StoreError(`The store failed in ${verb}(): ${why}. What was asked is denied.${mendOf(cause)}`, { cause });
      }
    },
  ]);
  return Object.freeze(Object.fromEntries(guarded)) as Store;
}
