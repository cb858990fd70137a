import { DEVICES, FACTOR, laneState, object, RECORD, SUBJECT, WHO } from "./pieces.ts";
import { type Statement, statement } from "./statement.ts";

// Each verb is one statement, so one round trip, and atomic without a transaction around it. An attempt is counted, and
// most are settled, by an UPDATE of the subject's row, which judges the row as it is once nobody else writes it. Where a
// statement needs more (settle.ts, change.ts), its first step locks that row (`s`). What else it reads is of its snapshot,
// which may be older than the lock: where that could mislead, it answers null when the row changed while it waited, and
// is run again.

export const ENSURE_SUBJECT: Statement = statement(
  SUBJECT,
  "INSERT INTO nightlatch_subjects (tenant, subject) VALUES (:tenant, :subject) ON CONFLICT DO NOTHING",
);

export const READ: Statement = statement(
  SUBJECT,
  `SELECT ${object(`s.epoch, ${RECORD}, ${object(`${laneState("authenticator")} AS authenticator, ${laneState("recovery")} AS recovery`)} AS lanes,
    ${DEVICES} AS devices, s.required_since AS "requiredSince", s.switched_off AS "switchedOff"`)} AS answer
  FROM nightlatch_subjects s WHERE ${WHO}`,
);

export const FACTORS_NOT_UNDER: Statement = statement(
  { prefix: "text", after: "text", limit: "integer" },
  `SELECT row_to_json(r) AS answer FROM (
    SELECT tenant, subject, ${FACTOR} FROM nightlatch_factors f JOIN nightlatch_subjects s USING (tenant, subject)
    WHERE f.id > :after AND NOT starts_with(secret, :prefix) ORDER BY f.id LIMIT :limit) AS r ORDER BY r.id`,
);

const ONCE = { id: "text", keepUntil: "bigint", now: "bigint" } as const;

/** Whoever spends an id sweeps a few that are long past their time. As an array, and in its index's order: else all ids may be read for none. */
export const SWEEP = `DELETE FROM nightlatch_spent WHERE id = ANY (ARRAY(
    SELECT id FROM nightlatch_spent WHERE keep_until < :now ORDER BY keep_until LIMIT 10 FOR UPDATE SKIP LOCKED))`;

export const SPEND: Statement = statement(
  ONCE,
  `WITH swept AS (${SWEEP})
  INSERT INTO nightlatch_spent (id, keep_until) VALUES (:id, :keepUntil) ON CONFLICT DO NOTHING RETURNING true AS answer`,
);

const DATA_KEY = { id: "text", use: "text", wrapped: "text", createdAt: "bigint" } as const;

export const DATA_KEYS: Statement = statement(
  {},
  `SELECT json_build_object('id', id, 'use', use, 'wrapped', wrapped, 'createdAt', created_at) AS answer
  FROM nightlatch_data_keys ORDER BY active DESC, created_at DESC, id`,
);

/** In one order, so that of two sets added at once one is added whole. */
export const ADD_DATA_KEYS: Statement = statement(
  { rows: "json" },
  `INSERT INTO nightlatch_data_keys (id, use, wrapped, created_at)
  SELECT id, use, wrapped, "createdAt" FROM json_to_recordset(:rows) AS r(id text, use text, wrapped text, "createdAt" bigint)
  ORDER BY use ON CONFLICT DO NOTHING`,
);

/** The count has the key before retire first. Without a row another rotation came in between, and this one is to be run again. */
export const ROTATE_DATA_KEY: Statement = statement(
  DATA_KEY,
  `WITH retired AS (UPDATE nightlatch_data_keys SET active = false WHERE use = :use AND active RETURNING 1)
  INSERT INTO nightlatch_data_keys (id, use, wrapped, created_at)
  SELECT :id, :use, :wrapped, :createdAt FROM (SELECT count(*) FROM retired) AS done
  ON CONFLICT (use) WHERE active DO NOTHING RETURNING true AS answer`,
);

export const REWRAP_DATA_KEY: Statement = statement(
  { id: "text", from: "text", to: "text" },
  "UPDATE nightlatch_data_keys SET wrapped = :to WHERE id = :id AND wrapped = :from",
);

const PAGE = { after: "bigint", limit: "integer", ...SUBJECT } as const;

const auditPage = (condition: string): Statement =>
  statement(
    PAGE,
    `SELECT row_to_json(r) AS answer FROM (
      SELECT seq, id, at, type, tenant, subject, salt, personal, detail, mac FROM nightlatch_audit
      WHERE seq > :after ${condition} ORDER BY seq LIMIT :limit) AS r ORDER BY r.seq`,
  );

export const AUDIT_PAGE: Statement = auditPage("");
export const AUDIT_PAGE_OF: Statement = auditPage(`AND ${WHO}`);
