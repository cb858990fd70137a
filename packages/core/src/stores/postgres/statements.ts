import { DEVICES, laneJson, OWNED_FACTOR, RECORD, WHO } from "./pieces.ts";

// Each verb is one statement, so one round trip, and atomic without a transaction around it. Where a
// statement decides on a subject's state (attempt.ts, change.ts), its first step locks the subject's row
// (`s`); what follows reads the row as it is under that lock. Factors, codes and devices are read from the
// statement's snapshot, which may be older than the lock: that is safe because a claim is an UPDATE whose
// condition PostgreSQL checks again on the newest row. A change inserts and deletes, which has no such
// check: it answers null when another change came in while it waited, and is run again.

export const ENSURE_SUBJECT = "INSERT INTO nightlatch_subjects (tenant, subject) VALUES ($1, $2) ON CONFLICT DO NOTHING";

export const READ: string = `SELECT json_build_object(${RECORD}, 'lanes', json_build_object(
    'authenticator', ${laneJson("authenticator")}, 'recovery', ${laneJson("recovery")}),
    'devices', ${DEVICES}, 'requiredSince', s.required_since, 'switchedOffAt', s.switched_off_at) AS answer
  FROM nightlatch_subjects s WHERE ${WHO}`;

/** $1 prefix, $2 after, $3 limit */
export const FACTORS_NOT_UNDER: string = `SELECT ${OWNED_FACTOR} AS answer FROM nightlatch_factors
WHERE id > $2 AND NOT starts_with(secret, $1) ORDER BY id LIMIT $3`;

/** $1 id, $2 keep it until, $3 now. Whoever spends an id sweeps a few that are long past their time. */
export const SPEND = `
WITH swept AS (
  DELETE FROM nightlatch_spent WHERE id IN (SELECT id FROM nightlatch_spent WHERE keep_until < $3::bigint LIMIT 10 FOR UPDATE SKIP LOCKED)
)
INSERT INTO nightlatch_spent (id, keep_until) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true AS answer`;

export const DATA_KEYS = `SELECT json_build_object('id', id, 'use', use, 'wrapped', wrapped, 'createdAt', created_at) AS answer
FROM nightlatch_data_keys ORDER BY active DESC, created_at DESC, id`;

/** $1 rows as JSON. In one order, so that of two sets added at once one is added whole. */
export const ADD_DATA_KEYS = `INSERT INTO nightlatch_data_keys (id, use, wrapped, created_at)
SELECT id, use, wrapped, "createdAt" FROM jsonb_to_recordset($1::jsonb) AS r(id text, use text, wrapped text, "createdAt" bigint)
ORDER BY use ON CONFLICT DO NOTHING`;

/**
 * $1 id, $2 use, $3 wrapped, $4 created at. The count has the key before retire first. Without a row
 * another rotation came in between, and this one is to be run again.
 */
export const ROTATE_DATA_KEY = `
WITH retired AS (UPDATE nightlatch_data_keys SET active = false WHERE use = $2 AND active RETURNING 1)
INSERT INTO nightlatch_data_keys (id, use, wrapped, created_at)
SELECT $1, $2, $3, $4::bigint FROM (SELECT count(*) FROM retired) AS done
ON CONFLICT (use) WHERE active DO NOTHING RETURNING true AS answer`;

/** $1 id, $2 from, $3 to */
export const REWRAP_DATA_KEY = "UPDATE nightlatch_data_keys SET wrapped = $3 WHERE id = $1 AND wrapped = $2";

/** $1 after, $2 limit, $3 one subject only, $4 tenant, $5 subject */
export const AUDIT_PAGE = `SELECT json_build_object('seq', seq, 'id', id, 'at', at, 'type', type, 'tenant', tenant, 'subject', subject,
  'salt', salt, 'personal', personal, 'detail', detail, 'mac', mac) AS answer
FROM nightlatch_audit
WHERE seq > $1::bigint AND (NOT $3::boolean OR (tenant = $4 AND subject = $5)) ORDER BY seq LIMIT $2`;

/** Runs behind a change that blanks, on a snapshot of its own: so it sees the rows of attempts that the change waited for. */
export const BLANK: string = `UPDATE nightlatch_audit SET tenant = NULL, subject = NULL, salt = NULL WHERE ${WHO}`;
