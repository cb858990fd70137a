import type { AuditCount, AuditFind, AuditNote, AuditStore } from "../audit.ts";
import { areRare, IS_RARE } from "../rare-types.ts";
import type { StoredAuditRow } from "../store.ts";
import type { Connection, Session, SqliteValue } from "./connection.ts";
import { AUDIT_PAGE, AUDIT_PAGE_OF } from "./statements.ts";

const ROW = "seq, id, at, type, tenant, subject, salt, personal, detail, mac";

/** Of these types, where types are given. */
const typed = (types: readonly string[] | undefined): string =>
  types ? `${areRare(types) ? `AND ${IS_RARE}` : ""} AND type IN (${types.map(() => "?").join(", ")})` : "";

function find(session: Session, { above, below, order, limit, who, tenant, types }: AuditFind): StoredAuditRow[] {
  const owned = who ? "AND tenant = ? AND subject = ?" : tenant === undefined ? "" : "AND tenant = ?";
  const owner: SqliteValue[] = who ? [who.tenant, who.subject] : tenant === undefined ? [] : [tenant];
  return session.every<StoredAuditRow>(
    `SELECT ${ROW} FROM nightlatch_audit WHERE id > ? AND id < ? ${owned} ${typed(types)} ORDER BY id ${order === "newest" ? "DESC" : "ASC"} LIMIT ?`,
    ...[above, below, ...owner, ...(types ?? []), limit],
  );
}

const NOTES = `SELECT key, value FROM nightlatch_audit_notes WHERE key >= ? AND key > ? AND key < ? ORDER BY key`;

function note(session: Session, key: string, from: string | null, to: string | null): boolean {
  if (from === null)
    return session.change("INSERT INTO nightlatch_audit_notes (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING", key, to) === 1;
  if (to === null) return session.change("DELETE FROM nightlatch_audit_notes WHERE key = ? AND value = ?", key, from) === 1;
  return session.change("UPDATE nightlatch_audit_notes SET value = ? WHERE key = ? AND value = ?", to, key, from) === 1;
}

/** The log's verbs. */
export function auditVerbs(connection: Connection): AuditStore {
  return {
    async auditPage({ after, limit, who }) {
      return await connection.read((session) =>
        who
          ? session.every<StoredAuditRow>(AUDIT_PAGE_OF, who.tenant, who.subject, after, limit)
          : session.every<StoredAuditRow>(AUDIT_PAGE, after, limit),
      );
    },

    async auditFind(query) {
      return await connection.read((session) => find(session, query));
    },

    async auditCounts({ from, to, span, types }) {
      const statement = `SELECT at - at % ? AS start, type, count(*) AS count FROM nightlatch_audit
        WHERE id >= ? AND id < ? ${typed(types)} GROUP BY start, type ORDER BY start, type`;
      const rows = await connection.read((session) =>
        session.every<Omit<AuditCount, "at"> & { start: number }>(statement, span, from, to, ...(types ?? [])),
      );
      return rows.map(({ start, type, count }) => ({ at: start, type, count }));
    },

    async auditRemove({ from, to }) {
      await connection.write((session) => session.change("DELETE FROM nightlatch_audit WHERE seq BETWEEN ? AND ?", from, to));
    },

    async auditNotes({ prefix, after, limit, last = false }) {
      return await connection.read((session) =>
        // Keys are printable ASCII, so what begins with a prefix lies below the prefix with a DEL behind it.
        session.every<AuditNote>(`${NOTES} ${last ? "DESC" : "ASC"} LIMIT ?`, prefix, after, `${prefix}\x7f`, limit),
      );
    },

    async auditNote({ key, from, to }) {
      return await connection.write((session) => note(session, key, from, to));
    },
  };
}
