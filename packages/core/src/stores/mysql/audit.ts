import type { AuditCount, AuditNote, AuditStore } from "../audit.ts";
import type { StoredAuditRow } from "../store.ts";
import { type Connection, IS_SET_UP, isDuplicate, type MysqlValue, paged, type Session } from "./connection.ts";
import { AUDIT_PAGE, AUDIT_PAGE_OF } from "./statements.ts";

const ROW = "seq, id, at, type, tenant, subject, salt, personal, detail, mac";

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
  const page = async <T>(sql: string, values: readonly MysqlValue[], limit: number): Promise<T[]> =>
    (await connection.outside((session) => paged(session, sql, values, limit))) as unknown as T[];

  return {
    async auditPage({ after, limit, who }) {
      const values = who ? [who.tenant, who.subject, after] : [after];
      return await page<StoredAuditRow>(who ? AUDIT_PAGE_OF : AUDIT_PAGE, values, limit);
    },

    async auditFind({ above, below, order, limit, who, tenant, types }) {
      const owned = who ? "AND tenant = ? AND subject = ?" : tenant === undefined ? "" : "AND tenant = ?";
      const owner = who ? [who.tenant, who.subject] : tenant === undefined ? [] : [tenant];
      return await page<StoredAuditRow>(
        `SELECT ${ROW} FROM nightlatch_audit WHERE id > ? AND id < ? ${owned} ${typed(types)}
        ORDER BY id ${order === "newest" ? "DESC" : "ASC"} LIMIT `,
        [above, below, ...owner, ...(types ?? [])],
        limit,
      );
    },

    async auditCounts({ from, to, span, types }) {
      const sql = `SELECT at - at MOD CAST(? AS SIGNED) AS start, type, COUNT(*) AS count FROM nightlatch_audit
        WHERE id >= ? AND id < ? ${typed(types)} GROUP BY start, type ORDER BY start, type`;
      const found = await connection.outside((session) => session.rows(sql, [span, from, to, ...(types ?? [])]));
      return found.map(({ start: at, type, count }) => ({ at, type, count })) as unknown as AuditCount[];
    },

    async auditRemove({ from, to }) {
      await connection.transaction((session) => session.change("DELETE FROM nightlatch_audit WHERE seq BETWEEN ? AND ?", [from, to]));
    },

    async auditNotes({ prefix, after, limit, last = false }) {
      // Keys are printable ASCII, so what begins with a prefix lies below the prefix with a DEL behind it.
      return await page<AuditNote>(
        `SELECT name AS \`key\`, value FROM nightlatch_audit_notes WHERE name >= ? AND name > ? AND name < ?
        ORDER BY name ${last ? "DESC" : "ASC"} LIMIT `,
        [prefix, after, `${prefix}\x7f`],
        limit,
      );
    },

    async auditNote({ key, from, to }) {
      return await connection.transaction((session) => note(session, key, from, to));
    },
  };
}
