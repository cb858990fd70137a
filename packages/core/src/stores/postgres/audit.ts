import type { AuditCount, AuditFind, AuditNote, AuditStore } from "../audit.ts";
import { areRare, IS_RARE } from "../rare-types.ts";
import type { StoredAuditRow, SubjectKey } from "../store.ts";
import { SUBJECT, WHO } from "./pieces.ts";
import { type Statement, statement } from "./statement.ts";
import { AUDIT_PAGE, AUDIT_PAGE_OF } from "./statements.ts";

const ROW = "seq, id, at, type, tenant, subject, salt, personal, detail, mac";

const FIND = { above: "text", below: "text", limit: "integer", types: "text[]", ...SUBJECT } as const;

const TYPED = "AND type = ANY (:types)";

/** One for each set of conditions: what is not asked for has no part in the plan. */
function find({ order, who, tenant, types }: AuditFind): Statement {
  const owned = who ? `AND ${WHO}` : tenant === undefined ? "" : "AND tenant = :tenant";
  const typed = types ? TYPED : "";
  const direction = order === "newest" ? "DESC" : "ASC";
  // Stands first where it stands: one literal condition is what the partial index is known by.
  const rare = areRare(types) ? `AND ${IS_RARE}` : "";
  return statement(
    FIND,
    `SELECT row_to_json(r) AS answer FROM (
      SELECT ${ROW} FROM nightlatch_audit
      WHERE id > :above AND id < :below ${rare} ${owned} ${typed} ORDER BY id ${direction} LIMIT :limit) AS r ORDER BY r.id ${direction}`,
  );
}

const counts = (types: readonly string[] | undefined): Statement =>
  statement(
    { from: "text", to: "text", span: "bigint", types: "text[]" },
    `SELECT json_build_object('at', at - at % :span, 'type', type, 'count', count(*)) AS answer FROM nightlatch_audit
    WHERE id >= :from AND id < :to ${areRare(types) ? `AND ${IS_RARE}` : ""} ${types ? TYPED : ""}
    GROUP BY at - at % :span, type ORDER BY at - at % :span, type`,
  );

const REMOVE: Statement = statement({ from: "bigint", to: "bigint" }, "DELETE FROM nightlatch_audit WHERE seq BETWEEN :from AND :to");

/** Keys are printable ASCII, so what begins with a prefix lies below the prefix with a DEL behind it. */
const notes = (direction: "ASC" | "DESC"): Statement =>
  statement(
    { prefix: "text", after: "text", end: "text", limit: "integer" },
    `SELECT json_build_object('key', key, 'value', value) AS answer FROM nightlatch_audit_notes
    WHERE key >= :prefix AND key > :after AND key < :end ORDER BY key ${direction} LIMIT :limit`,
  );
const FIRST_NOTES: Statement = notes("ASC");
const LAST_NOTES: Statement = notes("DESC");

const NOTE = { key: "text", from: "text", to: "text" } as const;
const ADD_NOTE: Statement = statement(
  NOTE,
  "INSERT INTO nightlatch_audit_notes (key, value) VALUES (:key, :to) ON CONFLICT DO NOTHING RETURNING true AS answer",
);
const CHANGE_NOTE: Statement = statement(
  NOTE,
  "UPDATE nightlatch_audit_notes SET value = :to WHERE key = :key AND value = :from RETURNING true AS answer",
);
const REMOVE_NOTE: Statement = statement(
  NOTE,
  "DELETE FROM nightlatch_audit_notes WHERE key = :key AND value = :from RETURNING true AS answer",
);

/** The log's verbs. None locks a subject, and none waits for a row that is being written. */
export function auditVerbs(answers: <T>(statement: Statement, named: Partial<Record<string, unknown>>) => Promise<T[]>): AuditStore {
  return {
    async auditPage({ after, limit, who }: { after: number; limit: number; who?: SubjectKey }) {
      return await answers<StoredAuditRow>(who ? AUDIT_PAGE_OF : AUDIT_PAGE, { ...who, after, limit });
    },

    async auditFind(query) {
      const { above, below, limit, who, tenant, types } = query;
      return await answers<StoredAuditRow>(find(query), { above, below, limit, types, tenant, ...who });
    },

    async auditCounts({ from, to, span, types }) {
      return await answers<AuditCount>(counts(types), { from, to, span, types });
    },

    async auditRemove({ from, to }) {
      await answers(REMOVE, { from, to });
    },

    async auditNotes({ prefix, after, limit, last = false }) {
      return await answers<AuditNote>(last ? LAST_NOTES : FIRST_NOTES, { prefix, after, end: `${prefix}\x7f`, limit });
    },

    async auditNote({ key, from, to }) {
      const statement = from === null ? ADD_NOTE : to === null ? REMOVE_NOTE : CHANGE_NOTE;
      const [done] = await answers<boolean>(statement, { key, from, to });
      return done === true;
    },
  };
}
