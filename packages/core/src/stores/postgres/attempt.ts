import type { Lane } from "../store.ts";
import { auditRows, lockedSubject, namedIf, RECORD } from "./pieces.ts";

const LANE_COLUMNS = ["attempts", "forgiven", "tally", "tally_at", "locked_until", "refusals"];

const lockedLane = (lane: Lane): string =>
  lockedSubject("epoch", "erased_epoch", ...LANE_COLUMNS.map((name) => `${lane}_${name} AS ${name}`));

/** $3 now, $4 locks in ms, $5 leak in ms, $6 suspend at; of the challenge, or null: $7 issued at, $8 epoch, $9 id */
const charge = (lane: Lane): string => `
WITH ${lockedLane(lane)},
leaked AS (
  SELECT s.*, least(tally, greatest(0, ($3::bigint - tally_at) / $5::bigint)) AS forgotten FROM s
),
lane AS (
  SELECT epoch, attempts, attempts - forgiven AS run, locked_until, refusals, tally - forgotten AS tally,
    CASE WHEN tally = forgotten THEN $3::bigint ELSE tally_at + forgotten * $5::bigint END AS tally_at
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
 * $3 now, $4 epoch, $5 factor, $6 position, $7 code's hash, $8 one-time id, $9 keep it until,
 * $10 the attempt's number, $11 lock seen, $12 locks in ms, $13 audit rows by outcome
 */
const settle = (lane: Lane): string => `
WITH ${lockedLane(lane)},
alive AS (SELECT FROM s WHERE s.epoch = $4::int AND NOT EXISTS (SELECT FROM nightlatch_spent WHERE id = $8::text)),
step AS (
  UPDATE nightlatch_factors f SET position = $6::bigint, last_used_at = $3::bigint
  FROM alive WHERE f.id = $5 AND f.tenant = $1 AND f.subject = $2
    AND f.position < $6::bigint -- RFC 6238 §5.2, RFC 4226 §7.2
  RETURNING 1
),
code AS (
  UPDATE nightlatch_codes c SET used_at = $3::bigint
  FROM alive WHERE c.tenant = $1 AND c.subject = $2 AND c.hash = $7 AND c.used_at IS NULL
    AND (c.expires_at IS NULL OR c.expires_at > $3::bigint)
  RETURNING 1
),
taken AS (SELECT FROM step UNION ALL SELECT FROM code),
once AS (
  INSERT INTO nightlatch_spent (id, keep_until) SELECT $8::text, $9::bigint FROM taken WHERE $8 IS NOT NULL
  ON CONFLICT DO NOTHING RETURNING 1
),
swept AS ( -- whoever spends an id sweeps a few that are long past their time
  DELETE FROM nightlatch_spent WHERE $8 IS NOT NULL
    AND id IN (SELECT id FROM nightlatch_spent WHERE keep_until < $3::bigint LIMIT 10 FOR UPDATE SKIP LOCKED)
),
judged AS (
  SELECT CASE
    WHEN NOT EXISTS (SELECT FROM alive) THEN 'stale'
    WHEN NOT EXISTS (SELECT FROM taken) THEN 'lost'
    WHEN $8 IS NOT NULL AND NOT EXISTS (SELECT FROM once) THEN 'stale'
    ELSE 'won' END AS outcome,
    s.attempts, greatest(s.forgiven, $10::int) AS forgiven, greatest(0, s.tally - 1) AS tally,
    -- Forgiven before, by a later success or an unlocking, this attempt has no lock left to undo.
    CASE WHEN $10::int > s.forgiven THEN $11::bigint ELSE s.locked_until END AS restored,
    $4::int >= s.erased_epoch AS named
  FROM s
),
forgiven AS (
  UPDATE nightlatch_subjects t SET ${lane}_forgiven = f.forgiven, ${lane}_tally = f.tally,
    ${lane}_locked_until = CASE WHEN f.lock > 0 THEN $3::bigint + f.lock ELSE f.restored END
  FROM (SELECT j.*, ($12::bigint[])[least(j.attempts - j.forgiven + 1, cardinality($12::bigint[]))] AS lock FROM judged j) f
  WHERE t.tenant = $1 AND t.subject = $2 AND f.outcome = 'won'
),
logged AS (
  INSERT INTO nightlatch_audit (id, at, type, tenant, subject, salt, personal, detail, mac)
  SELECT r.id, r.at, r.type, ${namedIf("j.named")}, r.personal, r.detail, r.mac
  FROM judged j, ${auditRows("$13::jsonb -> j.outcome")} ORDER BY r.place
)
SELECT outcome AS answer FROM judged`;

export const CHARGE: Record<Lane, string> = { authenticator: charge("authenticator"), recovery: charge("recovery") };
export const SETTLE: Record<Lane, string> = { authenticator: settle("authenticator"), recovery: settle("recovery") };
