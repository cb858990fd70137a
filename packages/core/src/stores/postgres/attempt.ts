import type { Claim, Lane } from "../store.ts";
import { appended, lockedSubject, object, RECORD, SUBJECT } from "./pieces.ts";
import { type Statement, statement } from "./statement.ts";
import { SWEEP } from "./statements.ts";

const CHARGE = {
  ...SUBJECT,
  now: "bigint",
  /** Milliseconds, like `leakEvery`. */
  locks: "bigint[]",
  leakEvery: "bigint",
  suspendAt: "integer",
  challenge: "text",
  issuedAt: "bigint",
  epoch: "integer",
} as const;

const SETTLE = {
  ...SUBJECT,
  now: "bigint",
  epoch: "integer",
  factorId: "text",
  position: "bigint",
  hash: "text",
  once: "text",
  keepUntil: "bigint",
  /** The attempt's number, and the lock that its charge saw. */
  attempt: "integer",
  lockSeen: "bigint",
  locks: "bigint[]",
  won: "text",
  lost: "text",
  stale: "text",
} as const;

const LANE = ["attempts", "forgiven", "tally", "tally_at", "locked_until", "refusals"];

const lockedLane = (lane: Lane): string =>
  lockedSubject("epoch", "erased_epoch", "revision", ...LANE.map((column) => `${lane}_${column} AS ${column}`));

/** The lock that the schedule says for a run. */
const lockAfter = (run: string): string => `(:locks)[least(${run} + 1, cardinality(:locks))]`;

const IS_DEAD = `coalesce(locked_until, 0) > :issuedAt OR epoch <> :epoch OR EXISTS (SELECT FROM nightlatch_spent WHERE id = :challenge)`;

/** Counts an attempt in a lane, or refuses it. */
const charge = (lane: Lane, isChallenged: boolean): string => `
WITH ${lockedLane(lane)},
leaked AS (
  SELECT s.*, least(tally, greatest(0, (:now - tally_at) / :leakEvery)) AS forgotten FROM s
),
lane AS (
  SELECT epoch, attempts, attempts - forgiven AS run, locked_until, refusals, tally - forgotten AS tally,
    CASE WHEN tally = forgotten THEN :now ELSE tally_at + forgotten * :leakEvery END AS tally_at
  FROM leaked
),
bounded AS (
  SELECT lane.*, ${lockAfter("run + 1")} AS lock,
    greatest(coalesce(locked_until, 0), CASE WHEN tally >= :suspendAt THEN tally_at + :leakEvery ELSE 0 END) AS until
  FROM lane
),
judged AS (
  SELECT bounded.*, CASE WHEN until > :now THEN 'locked' ${isChallenged ? `WHEN ${IS_DEAD} THEN 'expired'` : ""} ELSE 'admitted' END AS verdict
  FROM bounded
),
counted AS (
  UPDATE nightlatch_subjects t SET
    ${lane}_attempts = j.attempts + CASE j.verdict WHEN 'admitted' THEN 1 ELSE 0 END,
    ${lane}_tally = j.tally + CASE j.verdict WHEN 'admitted' THEN 1 ELSE 0 END,
    ${lane}_tally_at = j.tally_at,
    ${lane}_locked_until = CASE WHEN j.verdict = 'admitted' AND j.lock > 0 THEN :now + j.lock ELSE j.locked_until END,
    ${lane}_refusals = CASE j.verdict WHEN 'locked' THEN j.refusals + 1 WHEN 'admitted' THEN 0 ELSE j.refusals END
  FROM judged j WHERE t.tenant = :tenant AND t.subject = :subject
)
SELECT CASE j.verdict
  WHEN 'admitted' THEN ${object(`true AS admitted,
    ${object(`j.attempts + 1 AS attempt, j.run + 1 AS run, j.locked_until AS "lockedUntil"`)} AS seen,
    j.tally + 1 AS tally, CASE WHEN j.lock > 0 THEN :now + j.lock END AS "lockedUntil", j.refusals,
    ${object(`j.epoch, ${RECORD}`)} AS record`)}
  ELSE ${object(`false AS admitted, j.verdict AS reason, greatest(j.until, :now) AS until, j.verdict = 'locked' AND j.refusals = 0 AS first`)}
  END AS answer
FROM judged j`;

/** Takes what is claimed, if it is still to be had. */
const TAKEN: Record<Claim["kind"], string> = {
  position: `
  UPDATE nightlatch_factors f SET position = :position, last_used_at = :now
  FROM alive WHERE f.id = :factorId AND f.tenant = :tenant AND f.subject = :subject
    AND f.position < :position -- RFC 6238 §5.2, RFC 4226 §7.2
  RETURNING 1`,
  code: `
  UPDATE nightlatch_codes c SET used_at = :now
  FROM alive WHERE c.tenant = :tenant AND c.subject = :subject AND c.hash = :hash
    AND c.used_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > :now)
  RETURNING 1`,
};

/**
 * The row under the lock is the one in the snapshot: nobody spent an id while this statement waited. Otherwise the
 * snapshot would not show that id as spent, and a code would be taken for an answer that comes too late.
 */
const FRESH = `
fresh AS (
  SELECT FROM s, nightlatch_subjects n WHERE n.tenant = :tenant AND n.subject = :subject AND n.revision = s.revision
),`;

const ONCE = `
once AS (
  INSERT INTO nightlatch_spent (id, keep_until) SELECT :once, :keepUntil FROM taken ON CONFLICT DO NOTHING RETURNING 1
),
swept AS (${SWEEP}),`;

/** Concludes an attempt of a lane. What it does not claim or spend has no part in the statement: each part costs, also when it does nothing. */
const settle = (lane: Lane, kind: Claim["kind"] | undefined, isSpending: boolean): string => `
WITH ${lockedLane(lane)},${kind && isSpending ? FRESH : ""}
alive AS (SELECT FROM s${kind && isSpending ? ", fresh" : ""} WHERE s.epoch = :epoch${isSpending ? " AND NOT EXISTS (SELECT FROM nightlatch_spent WHERE id = :once)" : ""}),
${kind ? `taken AS (${TAKEN[kind]}),` : ""}${kind && isSpending ? ONCE : ""}
judged AS (
  SELECT CASE
    WHEN NOT EXISTS (SELECT FROM alive) THEN 'stale'
    ${kind ? "WHEN NOT EXISTS (SELECT FROM taken) THEN 'lost'" : ""}
    ${kind && isSpending ? "WHEN NOT EXISTS (SELECT FROM once) THEN 'stale'" : ""}
    ELSE ${kind ? "'won'" : "'lost'"} END AS outcome, :epoch >= s.erased_epoch AS named
  FROM s${kind && isSpending ? ", fresh" : ""}
),
${kind ? forgiven(lane, isSpending) : ""}
logged AS (${appended("CASE j.outcome WHEN 'won' THEN :won WHEN 'lost' THEN :lost ELSE :stale END", "judged j", "j.named")})
SELECT (SELECT outcome FROM judged) AS answer FROM s`;

const forgiven = (lane: Lane, isSpending: boolean): string => `
forgiven AS (
  UPDATE nightlatch_subjects t SET ${isSpending ? "revision = t.revision + 1, " : ""}${lane}_forgiven = f.forgiven, ${lane}_tally = f.tally,
    ${lane}_locked_until = CASE WHEN f.lock > 0 THEN :now + f.lock ELSE f.restored END
  FROM (
    SELECT greatest(s.forgiven, :attempt) AS forgiven, greatest(0, s.tally - 1) AS tally,
      ${lockAfter("s.attempts - greatest(s.forgiven, :attempt)")} AS lock,
      -- Forgiven before, by a later success or an unlocking, this attempt has no lock left to undo.
      CASE WHEN :attempt > s.forgiven THEN :lockSeen ELSE s.locked_until END AS restored
    FROM s, judged j WHERE j.outcome = 'won'
  ) f
  WHERE t.tenant = :tenant AND t.subject = :subject
),`;

const built = new Map<string, Statement>();

/** Each is built when it is first wanted. */
function kept(name: string, build: () => Statement): Statement {
  const found = built.get(name) ?? build();
  built.set(name, found);
  return found;
}

export const chargeStatement = (lane: Lane, isChallenged: boolean): Statement =>
  kept(`charge ${lane} ${isChallenged}`, () => statement(CHARGE, charge(lane, isChallenged)));

export const settleStatement = (lane: Lane, kind: Claim["kind"] | undefined, isSpending: boolean): Statement =>
  kept(`settle ${lane} ${kind} ${isSpending}`, () => statement(SETTLE, settle(lane, kind, isSpending)));
