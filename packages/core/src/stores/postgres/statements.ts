import type { Lane } from "../store.ts";

// Each verb is one statement, so one round trip, and atomic without a transaction around it. Where a
// statement decides on a subject's state, its first step locks the subject's row (`s`); what follows reads
// the row as it is under that lock. Factors and codes are read from the statement's snapshot, which may be
// older than the lock: that is safe because a claim is an UPDATE whose condition PostgreSQL checks again
// on the newest row. A change inserts and deletes, which has no such check: it answers null when another
// change came in while it waited, and is run again.

const WHO = "tenant = $1 AND subject = $2";

const FACTORS = `(SELECT coalesce(json_agg(json_build_object(
    'id', id, 'type', type, 'name', name, 'algorithm', algorithm, 'digits', digits, 'period', period,
    'secret', secret, 'fingerprint', fingerprint, 'position', position, 'createdAt', created_at,
    'confirmedAt', confirmed_at, 'expiresAt', expires_at, 'lastUsedAt', last_used_at) ORDER BY created_at, id), '[]')
  FROM nightlatch_factors WHERE ${WHO})`;

const RECOVERY_CODES = `(SELECT coalesce(json_agg(json_build_object('hash', hash, 'used', used_at IS NOT NULL)), '[]')
  FROM nightlatch_recovery_codes WHERE ${WHO})`;

const laneJson = (lane: Lane): string =>
  `json_build_object('attempts', s.${lane}_attempts, 'forgiven', s.${lane}_forgiven, 'tally', s.${lane}_tally, 'tallyAt', s.${lane}_tally_at, 'lockedUntil', s.${lane}_locked_until)`;

const RECORD = `'epoch', s.epoch, 'factors', ${FACTORS}, 'recoveryCodes', ${RECOVERY_CODES}`;

const LOCKED_SUBJECT = `s AS MATERIALIZED (SELECT * FROM nightlatch_subjects WHERE ${WHO} FOR UPDATE)`;

/** The rows of a JSON array in their order, as the audit table wants them. */
const auditRows = (json: string): string => `ROWS FROM (jsonb_to_recordset(${json})
    AS (id text, at bigint, type text, tenant text, subject text, salt text, personal text, detail text, mac text))
    WITH ORDINALITY AS r(id, at, type, tenant, subject, salt, personal, detail, mac, place)`;

/** Whoever spends an id sweeps a few that are long past their time. $3 now */
const SWEPT = `swept AS (
  DELETE FROM nightlatch_spent WHERE id IN (SELECT id FROM nightlatch_spent WHERE keep_until < $3::bigint LIMIT 10 FOR UPDATE SKIP LOCKED)
)`;

/** A row's personal columns, where a condition lets them be told. */
const namedIf = (condition: string): string =>
  ["tenant", "subject", "salt"].map((column) => `CASE WHEN ${condition} THEN r.${column} END`).join(", ");

export const ENSURE_SUBJECT = "INSERT INTO nightlatch_subjects (tenant, subject) VALUES ($1, $2) ON CONFLICT DO NOTHING";

export const READ: string = `SELECT json_build_object(${RECORD}, 'lanes', json_build_object(
    'authenticator', ${laneJson("authenticator")}, 'recovery', ${laneJson("recovery")})) AS answer
  FROM nightlatch_subjects s WHERE ${WHO}`;

/** $3 now, $4 locks in ms, $5 leak in ms, $6 suspend at; of the challenge, or null: $7 issued at, $8 epoch, $9 id */
const charge = (lane: Lane): string => `
WITH ${LOCKED_SUBJECT},
leaked AS (
  SELECT s.*, least(${lane}_tally, greatest(0, ($3::bigint - ${lane}_tally_at) / $5::bigint)) AS forgotten FROM s
),
lane AS (
  SELECT epoch, ${lane}_attempts AS attempts, ${lane}_attempts - ${lane}_forgiven AS run, ${lane}_locked_until AS locked_until, ${lane}_refusals AS refusals,
    ${lane}_tally - forgotten AS tally,
    CASE WHEN ${lane}_tally = forgotten THEN $3::bigint ELSE ${lane}_tally_at + forgotten * $5::bigint END AS tally_at
  FROM leaked
),
bounded AS (
  SELECT lane.*,
    greatest(coalesce(locked_until, 0), CASE WHEN tally >= $6::int THEN tally_at + $5::bigint ELSE 0 END) AS until,
    ($4::bigint[])[least(run + 2, cardinality($4::bigint[]))] AS lock
  FROM lane
),
judged AS (
  SELECT bounded.*,
    CASE WHEN until > $3::bigint THEN 'locked'
      WHEN coalesce(locked_until, 0) > $7::bigint OR epoch <> $8::int OR EXISTS (SELECT FROM nightlatch_spent WHERE id = $9) THEN 'expired'
      ELSE 'admitted' END AS verdict
  FROM bounded
),
counted AS (
  UPDATE nightlatch_subjects t SET
    ${lane}_attempts = j.attempts + CASE j.verdict WHEN 'admitted' THEN 1 ELSE 0 END,
    ${lane}_tally = j.tally + CASE j.verdict WHEN 'admitted' THEN 1 ELSE 0 END,
    ${lane}_tally_at = j.tally_at,
    ${lane}_locked_until = CASE WHEN j.verdict = 'admitted' AND j.lock > 0 THEN $3::bigint + j.lock ELSE j.locked_until END,
    ${lane}_refusals = CASE j.verdict WHEN 'locked' THEN j.refusals + 1 WHEN 'admitted' THEN 0 ELSE j.refusals END
  FROM judged j WHERE t.tenant = $1 AND t.subject = $2
)
SELECT CASE j.verdict
  WHEN 'admitted' THEN json_build_object(
    'admitted', true, 'seen', json_build_object('attempt', j.attempts + 1, 'run', j.run + 1, 'lockedUntil', j.locked_until),
    'tally', j.tally + 1, 'lockedUntil', CASE WHEN j.lock > 0 THEN $3::bigint + j.lock END,
    'refusals', j.refusals, 'record', json_build_object(${RECORD}))
  ELSE json_build_object(
    'admitted', false, 'reason', j.verdict, 'until', greatest(j.until, $3::bigint),
    'first', j.verdict = 'locked' AND j.refusals = 0)
  END AS answer
FROM judged j, s`;

/**
 * $3 now, $4 epoch, $5 factor, $6 position, $7 recovery hash, $8 one-time id, $9 keep it until,
 * $10 the attempt's number, $11 lock seen, $12 locks in ms, $13 audit rows by outcome
 */
const settle = (lane: Lane): string => `
WITH ${LOCKED_SUBJECT},
alive AS (SELECT FROM s WHERE s.epoch = $4::int AND NOT EXISTS (SELECT FROM nightlatch_spent WHERE id = $8::text)),
step AS (
  UPDATE nightlatch_factors f SET position = $6::bigint, last_used_at = $3::bigint
  FROM alive WHERE f.id = $5 AND f.tenant = $1 AND f.subject = $2
    AND f.position < $6::bigint -- RFC 6238 §5.2, RFC 4226 §7.2
  RETURNING 1
),
code AS (
  UPDATE nightlatch_recovery_codes c SET used_at = $3::bigint
  FROM alive WHERE c.tenant = $1 AND c.subject = $2 AND c.hash = $7 AND c.used_at IS NULL
  RETURNING 1
),
taken AS (SELECT FROM step UNION ALL SELECT FROM code),
once AS (
  INSERT INTO nightlatch_spent (id, keep_until) SELECT $8::text, $9::bigint FROM taken WHERE $8 IS NOT NULL
  ON CONFLICT DO NOTHING RETURNING 1
),
${SWEPT},
judged AS (
  SELECT CASE
    WHEN NOT EXISTS (SELECT FROM alive) THEN 'stale'
    WHEN NOT EXISTS (SELECT FROM taken) THEN 'lost'
    WHEN $8 IS NOT NULL AND NOT EXISTS (SELECT FROM once) THEN 'stale'
    ELSE 'won' END AS outcome,
    s.${lane}_attempts AS attempts, greatest(s.${lane}_forgiven, $10::int) AS forgiven, greatest(0, s.${lane}_tally - 1) AS tally,
    $4::int >= s.erased_epoch AS named
  FROM s
),
forgiven AS (
  UPDATE nightlatch_subjects t SET ${lane}_forgiven = f.forgiven, ${lane}_tally = f.tally,
    ${lane}_locked_until = CASE WHEN f.lock > 0 THEN $3::bigint + f.lock ELSE $11::bigint END
  FROM (SELECT j.*, ($12::bigint[])[least(j.attempts - j.forgiven + 1, cardinality($12::bigint[]))] AS lock FROM judged j) f
  WHERE t.tenant = $1 AND t.subject = $2 AND f.outcome = 'won'
),
logged AS (
  INSERT INTO nightlatch_audit (id, at, type, tenant, subject, salt, personal, detail, mac)
  SELECT r.id, r.at, r.type, ${namedIf("j.named")}, r.personal, r.detail, r.mac
  FROM judged j, ${auditRows("$13::jsonb -> j.outcome")} ORDER BY r.place
)
SELECT outcome AS answer FROM judged`;

/**
 * $3 now, $4 epoch expected or null, $5 factor to confirm, $6 factor to add as JSON, $7 remove all,
 * $8 recovery hashes or null, $9 raise the epoch, $10 blank the log, $11 audit rows, $12 factor to remove,
 * $13 factor to rename, $14 its name
 */
export const APPLY: string = `
WITH ${LOCKED_SUBJECT},
fresh AS ( -- the row under the lock is the one in the snapshot: no other change came in while this one waited
  SELECT s.epoch FROM s, nightlatch_subjects n WHERE n.tenant = $1 AND n.subject = $2 AND n.revision = s.revision
),
confirmed AS (
  UPDATE nightlatch_factors f SET confirmed_at = $3::bigint, expires_at = NULL
  FROM fresh WHERE ($4::int IS NULL OR fresh.epoch = $4) AND f.id = $5 AND f.tenant = $1 AND f.subject = $2
    AND f.confirmed_at IS NULL AND f.expires_at > $3::bigint
  RETURNING 1
),
going AS (
  SELECT FROM fresh WHERE ($4::int IS NULL OR epoch = $4)
    AND ($5::text IS NULL OR EXISTS (SELECT FROM confirmed))
    AND NOT EXISTS (SELECT FROM unnest(array[$12::text, $13::text]) AS known WHERE known IS NOT NULL AND known NOT IN (
      SELECT id FROM nightlatch_factors WHERE ${WHO} AND confirmed_at IS NOT NULL))
    AND ($6::jsonb IS NULL OR NOT EXISTS (
      SELECT FROM nightlatch_factors WHERE ${WHO} AND confirmed_at IS NOT NULL AND fingerprint = $6::jsonb ->> 'fingerprint'))
),
dropped AS (
  DELETE FROM nightlatch_factors f USING going
  WHERE f.tenant = $1 AND f.subject = $2 AND (
    $7::boolean OR f.id = $12 OR (f.confirmed_at IS NULL AND ($6::jsonb IS NOT NULL OR ($9::boolean AND f.id IS DISTINCT FROM $5))))
),
added AS (
  INSERT INTO nightlatch_factors (id, tenant, subject, type, name, algorithm, digits, period, secret, fingerprint,
    position, created_at, confirmed_at, expires_at, last_used_at)
  SELECT a.id, $1, $2, a.type, a.name, a.algorithm, a.digits, a.period, a.secret, a.fingerprint,
    a.position, a."createdAt", a."confirmedAt", a."expiresAt", a."lastUsedAt"
  FROM going, jsonb_to_record($6::jsonb) AS a(id text, type text, name text, algorithm text, digits int, period int, secret text,
    fingerprint text, position bigint, "createdAt" bigint, "confirmedAt" bigint, "expiresAt" bigint, "lastUsedAt" bigint)
  WHERE $6::jsonb IS NOT NULL
),
renamed AS (
  UPDATE nightlatch_factors f SET name = $14 FROM going WHERE f.id = $13 AND f.tenant = $1 AND f.subject = $2
),
voided AS (
  DELETE FROM nightlatch_recovery_codes c USING going
  WHERE c.tenant = $1 AND c.subject = $2 AND ($7::boolean OR $8::text[] IS NOT NULL OR ($12 IS NOT NULL AND NOT EXISTS (
    SELECT FROM nightlatch_factors WHERE ${WHO} AND confirmed_at IS NOT NULL AND id <> $12)))
),
issued AS (
  INSERT INTO nightlatch_recovery_codes (tenant, subject, hash) SELECT $1, $2, h FROM going, unnest($8::text[]) AS h
),
raised AS (
  UPDATE nightlatch_subjects t SET revision = t.revision + 1, epoch = t.epoch + CASE WHEN $9::boolean THEN 1 ELSE 0 END,
    erased_epoch = CASE WHEN $10::boolean THEN t.epoch + 1 ELSE t.erased_epoch END
  FROM going WHERE t.tenant = $1 AND t.subject = $2
),
logged AS (
  INSERT INTO nightlatch_audit (id, at, type, tenant, subject, salt, personal, detail, mac)
  SELECT r.id, r.at, r.type, ${namedIf("NOT $10::boolean")}, r.personal, r.detail, r.mac
  FROM going, ${auditRows("$11::jsonb")} ORDER BY r.place
)
SELECT CASE WHEN EXISTS (SELECT FROM fresh) THEN json_build_object(
  'applied', EXISTS (SELECT FROM going),
  'epoch', s.epoch + CASE WHEN $9::boolean AND EXISTS (SELECT FROM going) THEN 1 ELSE 0 END) END AS answer
FROM s`;

/** Runs behind a change that blanks, on a snapshot of its own: so it sees the rows of attempts that the change waited for. */
export const BLANK: string = `UPDATE nightlatch_audit SET tenant = NULL, subject = NULL, salt = NULL WHERE ${WHO}`;

/** $1 id, $2 keep it until, $3 now */
export const SPEND: string = `
WITH ${SWEPT}
INSERT INTO nightlatch_spent (id, keep_until) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true AS answer`;

export const DATA_KEYS = `SELECT json_build_object('id', id, 'use', use, 'wrapped', wrapped, 'createdAt', created_at) AS answer
FROM nightlatch_data_keys ORDER BY active DESC, created_at DESC`;

/** $1 rows as JSON. In one order, so that of two sets added at once one is added whole. */
export const ADD_DATA_KEYS: string = `INSERT INTO nightlatch_data_keys (id, use, wrapped, created_at)
SELECT id, use, wrapped, "createdAt" FROM jsonb_to_recordset($1::jsonb) AS r(id text, use text, wrapped text, "createdAt" bigint)
ORDER BY use ON CONFLICT DO NOTHING`;

/** $1 after, $2 limit, $3 one subject only, $4 tenant, $5 subject */
export const AUDIT_PAGE = `SELECT json_build_object('seq', seq, 'id', id, 'at', at, 'type', type, 'tenant', tenant, 'subject', subject,
  'salt', salt, 'personal', personal, 'detail', detail, 'mac', mac) AS answer
FROM nightlatch_audit
WHERE seq > $1::bigint AND (NOT $3::boolean OR (tenant = $4 AND subject = $5)) ORDER BY seq LIMIT $2`;

export const CHARGE: Record<Lane, string> = { authenticator: charge("authenticator"), recovery: charge("recovery") };
export const SETTLE: Record<Lane, string> = { authenticator: settle("authenticator"), recovery: settle("recovery") };
