import type { AuditStore } from "./audit.ts";
import type { StoredAuditRow, SubjectKey } from "./store.ts";

const isOf = (row: { tenant: string | null; subject: string | null }, who: SubjectKey): boolean =>
  row.tenant === who.tenant && row.subject === who.subject;

const by =
  <T>(name: (item: T) => string) =>
  (one: T, other: T): number =>
    name(one) < name(other) ? -1 : 1;

/** The log's verbs over the rows of a memory store, in the order of their `seq`. */
export function auditVerbs(log: StoredAuditRow[]): AuditStore {
  const notes = new Map<string, string>();
  const copies = (rows: StoredAuditRow[]): StoredAuditRow[] => rows.map((row) => ({ ...row }));
  /** The first row behind a place: the log may be long. */
  const behind = (after: number): number => {
    let [low, high] = [0, log.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((log[middle]?.seq ?? 0) > after) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  return {
    async auditPage({ after, limit, who }) {
      const first = behind(after);
      if (!who) return copies(log.slice(first, first + limit));
      return copies(log.filter((row) => row.seq > after && isOf(row, who)).slice(0, limit));
    },

    async auditFind({ above, below, order, limit, who, tenant, types }) {
      const found = log.filter((row) => row.id > above && row.id < below && (!types || types.includes(row.type)));
      const owned = found.filter((row) => (who ? isOf(row, who) : tenant === undefined || row.tenant === tenant));
      const sorted = owned.sort(by(({ id }) => id));
      return copies((order === "newest" ? sorted.reverse() : sorted).slice(0, limit));
    },

    async auditCounts({ from, to, span, types }) {
      const counts = new Map<string, { at: number; type: string; count: number }>();
      for (const { id, at, type } of log) {
        if (id < from || id >= to || (types && !types.includes(type))) continue;
        const start = at - (at % span);
        const entry = counts.get(`${start} ${type}`) ?? { at: start, type, count: 0 };
        entry.count += 1;
        counts.set(`${start} ${type}`, entry);
      }
      return [...counts.values()].sort((one, other) => one.at - other.at || (one.type < other.type ? -1 : 1));
    },

    async auditRemove({ from, to }) {
      const first = behind(from - 1);
      log.splice(first, behind(to) - first);
    },

    async auditNotes({ prefix, after, limit, last = false }) {
      const found = [...notes].filter(([key]) => key.startsWith(prefix) && key > after).map(([key, value]) => ({ key, value }));
      const sorted = found.sort(by(({ key }) => key));
      return (last ? sorted.reverse() : sorted).slice(0, limit);
    },

    async auditNote({ key, from, to }) {
      if ((notes.get(key) ?? null) !== from) return false;
      if (to === null) notes.delete(key);
      else notes.set(key, to);
      return true;
    },
  };
}
