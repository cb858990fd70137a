import type { AuditCount, AuditNote, AuditStore } from "../audit.ts";
import type { StoredAuditRow } from "../store.ts";
import { type Connection, IS_SET_UP, isDuplicate, type MysqlValue, type Session } from "./connection.ts";
import { AUDIT_PAGE, AUDIT_PAGE_OF } from "./statements.ts";

const ROW = "seq, id, at, type, tenant, subject, salt, personal, detail, mac";

/** A number to be written into a statement: MySQL wants an integer there, and mysql2 binds numbers as doubles. */
export function written(count: number): string {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`A page of ${count} rows can't be read: give a whole number.`);
  return String(count);
}

const typed = (types: readonly string[] | undefined): string => (types ? `AND type IN (${types.map(() => "?").join(", ")})` : "");

async function note(session: Session, key: string, from: string | null, to: string | null): Promise<boolean> {
  const found = await session.locked(`SELECT value, ${IS_SET_UP} FROM nightlatch_audit_notes WHERE name = ? FOR UPDATE`, [key]);
  if ((found?.value ?? null) !== from) return false;
  if (to === null) await session.change("DELETE FROM nightlatch_audit_notes WHERE name = ?", [key]);
  else if (from !== null) await session.change("UPDATE nightlatch_audit_notes SET value = ? WHERE name = ?", [to, key]);
  else {
    try {
      await session.change("INSERT INTO nightlatch_audit_notes (name, value) VALUES (?, ?)", [key, to]);
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }
  return true;
}

/** The log's verbs. None waits for a row that is being written: they read what is committed, without locks. */
export function auditVerbs(connection: Connection): AuditStore {
  const rows = async <T>(sql: string, values: readonly MysqlValue[]): Promise<T[]> =>
    (await connection.outside((session) => session.rows(sql, values))) as unknown as T[];

  return {
    async auditPage({ after, limit, who }) {
      const values = who ? [who.tenant, who.subject, after] : [after];
      return await rows<StoredAuditRow>((who ? AUDIT_PAGE_OF : AUDIT_PAGE) + written(limit), values);
    },

    async auditFind({ above, below, order, limit, who, tenant, types }) {
      const owned = who ? "AND tenant = ? AND subject = ?" : tenant === undefined ? "" : "AND tenant = ?";
      const owner = who ? [who.tenant, who.subject] : tenant === undefined ? [] : [tenant];
      return await rows<StoredAuditRow>(
        `SELECT ${ROW} FROM nightlatch_audit WHERE id > ? AND id < ? ${owned} ${typed(types)}
        ORDER BY id ${order === "newest" ? "DESC" : "ASC"} LIMIT ${written(limit)}`,
        [above, below, ...owner, ...(types ?? [])],
      );
    },

    async auditCounts({ from, to, span, types }) {
      const start = `at - at MOD ${written(span)}`;
      const found = await rows<Omit<AuditCount, "at"> & { start: number }>(
        `SELECT ${start} AS start, type, COUNT(*) AS count FROM nightlatch_audit
        WHERE id >= ? AND id < ? ${typed(types)} GROUP BY ${start}, type ORDER BY ${start}, type`,
        [from, to, ...(types ?? [])],
      );
      return found.map(({ start: at, type, count }) => ({ at, type, count }));
    },

    async auditRemove({ from, to }) {
      await connection.transaction((session) => session.change("DELETE FROM nightlatch_audit WHERE seq BETWEEN ? AND ?", [from, to]));
    },

    async auditNotes({ prefix, after, limit, last = false }) {
      // Keys are printable ASCII, so what begins with a prefix lies below the prefix with a DEL behind it.
      return await rows<AuditNote>(
        `SELECT name AS \`key\`, value FROM nightlatch_audit_notes WHERE name >= ? AND name > ? AND name < ?
        ORDER BY name ${last ? "DESC" : "ASC"} LIMIT ${written(limit)}`,
        [prefix, after, `${prefix}\x7f`],
      );
    },

    async auditNote({ key, from, to }) {
      return await connection.transaction((session) => note(session, key, from, to));
    },
  };
}
