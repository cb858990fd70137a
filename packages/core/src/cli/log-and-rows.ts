import type { AuditLog, AuditPage } from "../audit/log.ts";
import type { Store, SubjectKey } from "../stores/store.ts";
import type { Progress } from "./progress.ts";

/** A user whose factors are not those that the log tells of. */
export interface Apart {
  subject: string;
  tenant: string;
  /** Ids that the log says are enabled and that have no row: somebody deleted them, and with the last one MFA is off. */
  missing: string[];
  /** Ids that have a row and that the log never enabled: somebody put them there. */
  foreign: string[];
}

/** What came of holding the log against the rows. */
export interface Compared {
  events: number;
  factors: number;
  /** Rows of the log that are not as they were written. */
  broken: number;
  apart: Apart[];
}

type Event = AuditPage["events"][number];

const PAGE = 1000;
/** How often a difference has to be found before it is one. */
const LOOKS = 3;
/** No sealed secret begins with it, so every factor is "not under" it. */
const NO_SEAL = "-";

/** What the log says is enabled, by subject. */
class Enabled {
  readonly #ids = new Map<string, Set<string>>();
  oldest = Number.POSITIVE_INFINITY;
  events = 0;
  broken = 0;

  note(event: Event): void {
    this.events += 1;
    this.oldest = Math.min(this.oldest, event.at.getTime());
    // A row that was edited tells nothing; whoever could edit it could also have a factor "removed".
    if (!event.intact) this.broken += 1;
    else if (event.subject !== undefined) this.#apply(event, keyOf({ tenant: event.tenant ?? "", subject: event.subject }));
  }

  #apply(event: Event, key: string): void {
    const ids = this.#ids.get(key) ?? new Set<string>();
    switch (event.type) {
      case "factor_enabled":
        ids.add(event.factorId);
        if (event.replaces !== undefined) ids.delete(event.replaces);
        break;
      case "factor_imported":
        ids.add(event.factorId);
        break;
      case "factor_removed":
        if (event.last) ids.clear();
        else ids.delete(event.factorId);
        break;
      case "mfa_disabled":
      case "mfa_reset":
      case "subject_erased":
        ids.clear();
        break;
      default:
        return;
    }
    this.#ids.set(key, ids);
  }

  of(key: string): ReadonlySet<string> {
    return this.#ids.get(key) ?? new Set();
  }

  get keys(): string[] {
    return [...this.#ids.keys()];
  }
}

const keyOf = ({ tenant, subject }: SubjectKey): string => JSON.stringify([tenant, subject]);
const whoOf = (key: string): SubjectKey => {
  const [tenant = "", subject = ""] = JSON.parse(key) as string[];
  return { tenant, subject };
};

async function read(log: Pick<AuditLog, "list">, enabled: Enabled, who: SubjectKey | undefined, progress?: Progress): Promise<Enabled> {
  let after = 0;
  for (;;) {
    const subject = who && { id: who.subject, ...(who.tenant === "" ? {} : { tenant: who.tenant }) };
    const { events, cursor } = await log.list({ after, limit: PAGE, ...(subject ? { subject } : {}) });
    for (const event of events) enabled.note(event);
    if (events.length === 0) return enabled;
    after = cursor;
    progress?.at(enabled.events);
  }
}

/** The confirmed factors, by subject. */
async function rowsOf(store: Store): Promise<{ rows: Map<string, Map<string, number>>; factors: number }> {
  const rows = new Map<string, Map<string, number>>();
  let factors = 0;
  let after = "";
  for (;;) {
    const page = await store.factorsNotUnder({ prefix: NO_SEAL, after, limit: PAGE });
    for (const row of page) {
      if (row.confirmedAt === null) continue;
      factors += 1;
      const ids = rows.get(keyOf(row)) ?? new Map<string, number>();
      rows.set(keyOf(row), ids.set(row.id, row.confirmedAt));
    }
    const last = page.at(-1);
    if (!last) return { rows, factors };
    after = last.id;
  }
}

/** How a subject's rows and its log differ; a factor older than the log is not in it for that reason alone. */
function difference(key: string, ids: ReadonlyMap<string, number>, told: ReadonlySet<string>, oldest: number): Apart | undefined {
  const missing = [...told].filter((id) => !ids.has(id));
  const foreign = [...ids].filter(([id, confirmedAt]) => !told.has(id) && confirmedAt >= oldest).map(([id]) => id);
  return missing.length + foreign.length === 0 ? undefined : { ...whoOf(key), missing, foreign };
}

/** A subject looked at by itself. Somebody who enrols in this very moment differs once, and not again. */
async function lookedAtAgain(log: Pick<AuditLog, "list">, store: Store, key: string, oldest: number): Promise<Apart | undefined> {
  let found: Apart | undefined;
  for (let look = 0; look < LOOKS; look += 1) {
    const enabled = await read(log, new Enabled(), whoOf(key));
    const { factors } = await store.read(whoOf(key));
    const ids = new Map(factors.flatMap(({ id, confirmedAt }) => (confirmedAt === null ? [] : [[id, confirmedAt] as const])));
    found = difference(key, ids, enabled.of(key), oldest);
    if (!found) return undefined;
  }
  return found;
}

/**
 * Holds the log against the rows: whose factors are gone without an event that says so, and whose were put there. Users
 * enrol meanwhile, so what differs is looked at again by itself.
 */
export async function compare(log: Pick<AuditLog, "list">, store: Store, progress: Progress): Promise<Compared> {
  const { rows, factors } = await rowsOf(store);
  const enabled = await read(log, new Enabled(), undefined, progress);
  const apart: Apart[] = [];
  for (const key of new Set([...enabled.keys, ...rows.keys()])) {
    if (!difference(key, rows.get(key) ?? new Map(), enabled.of(key), enabled.oldest)) continue;
    const found = await lookedAtAgain(log, store, key, enabled.oldest);
    if (found) apart.push(found);
  }
  return { events: enabled.events, factors, broken: enabled.broken, apart };
}
