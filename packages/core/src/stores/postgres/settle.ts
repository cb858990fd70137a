import type { LockoutSchedule } from "../../lockout/policy.ts";
import { KEEP_SPENT } from "../conditions.ts";
import type { Claim, Lane, Settlement, SubjectKey } from "../store.ts";
import { appended, lockedSubject, lockIn, SUBJECT, WHO } from "./pieces.ts";
import { kept, type Statement, statement } from "./statement.ts";
import { SWEEP } from "./statements.ts";

const SETTLE = {
  ...SUBJECT,
  now: "bigint",
  epoch: "integer",
  factorId: "text",
  position: "bigint",
  /** What the positions become with the claim. */
  claimed: "jsonb",
  hash: "text",
  once: "text",
  keepUntil: "bigint",
  /** The attempt's number, and the lock that its charge saw. */
  attempt: "integer",
  lockSeen: "bigint",
  /** The rows of each outcome as JSON. */
  won: "text",
  lost: "text",
  stale: "text",
  /** The one row of a success. */
  id: "text",
  type: "text",
  salt: "text",
  personal: "text",
  detail: "text",
  mac: "text",
} as const;

type Values = SubjectKey & Partial<Record<string, unknown>>;

const IS_SPENT = "EXISTS (SELECT FROM nightlatch_spent WHERE id = :once)";

/** A step or counter counts once, and none before it again (RFC 6238 §5.2, RFC 4226 §7.2). A factor that is gone has none. */
const IS_AHEAD = "(positions -> :factorId ->> 0)::bigint < :position";

/** What a success writes: what its own charge saw is forgiven. Forgiven before, by a later success or an unlocking, it has no lock left to undo. */
const success = (lane: Lane, schedule: LockoutSchedule, kind: Claim["kind"], isSpending: boolean): string => `
    ${isSpending ? "revision = t.revision + 1," : ""}
    ${kind === "position" ? "positions = t.positions || :claimed," : ""}
    ${lane}_forgiven = greatest(t.${lane}_forgiven, :attempt),
    ${lane}_tally = greatest(0, t.${lane}_tally - 1),
    ${lane}_locked_until = coalesce(:now + nullif(${lockIn(schedule, `t.${lane}_attempts - greatest(t.${lane}_forgiven, :attempt)`)}, 0),
      CASE WHEN :attempt > t.${lane}_forgiven THEN :lockSeen ELSE t.${lane}_locked_until END)`;

/**
 * Takes a position that is still to be had, with one row for the log: what most attempts come to. One UPDATE finds the
 * subject's row, waits for it, judges it as it is then, and writes it. Answers with nothing when there is anything else to
 * say, and has done nothing then: also when the row changed while this statement waited, since somebody may have spent
 * the id meanwhile, which the statement's snapshot would not show.
 */
const take = (lane: Lane, schedule: LockoutSchedule, isSpending: boolean): string => `
WITH won AS (
  UPDATE nightlatch_subjects t SET ${success(lane, schedule, "position", isSpending)}
  WHERE ${WHO} AND epoch = :epoch AND ${IS_AHEAD}
    ${isSpending ? `AND NOT ${IS_SPENT} AND revision = (SELECT revision FROM nightlatch_subjects WHERE ${WHO})` : ""}
  RETURNING 1
)${isSpending ? `, once AS (INSERT INTO nightlatch_spent (id, keep_until) SELECT :once, :keepUntil FROM won), swept AS (${SWEEP})` : ""}
INSERT INTO nightlatch_audit (id, at, type, tenant, subject, salt, personal, detail, mac)
SELECT :id, :now, :type, :tenant, :subject, :salt, :personal, :detail, :mac FROM won
RETURNING 'won' AS answer`;

/** Takes what is claimed, if it is still to be had. */
const TAKEN: Record<Claim["kind"], (from: string, isAlive: string) => string> = {
  position: (from, isAlive) => `SELECT FROM ${from} WHERE ${IS_AHEAD} AND ${isAlive}`,
  code: (from, isAlive) => `
  UPDATE nightlatch_codes c SET used_at = :now
  FROM ${from} WHERE c.tenant = :tenant AND c.subject = :subject AND c.hash = :hash
    AND c.used_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > :now) AND ${isAlive}
  RETURNING 1`,
};

/**
 * The row under the lock is the one in the snapshot: nobody spent an id while this statement waited. Otherwise the
 * snapshot would not show that id as spent, and a code would be taken for an answer that comes too late.
 */
const FRESH = `
fresh AS (
  SELECT s.* FROM s, nightlatch_subjects n WHERE n.tenant = :tenant AND n.subject = :subject AND n.revision = s.revision
),`;

const ONCE = `
once AS (
  INSERT INTO nightlatch_spent (id, keep_until) SELECT :once, :keepUntil FROM taken ON CONFLICT DO NOTHING RETURNING 1
),
swept AS (${SWEEP}),`;

/** Concludes an attempt of a lane, whatever comes of it. Each part costs, also when it does nothing, so it has those that are asked for. */
function conclude(lane: Lane, schedule: LockoutSchedule, kind: Claim["kind"] | undefined, isSpending: boolean): string {
  const isOnce = kind !== undefined && isSpending;
  const from = isOnce ? "fresh" : "s";
  const isAlive = `${from}.epoch = :epoch${isSpending ? ` AND NOT ${IS_SPENT}` : ""}`;
  const won = isOnce ? "once" : "taken";
  return `
WITH ${lockedSubject("epoch", "erased_epoch", "revision", "positions")},${isOnce ? FRESH : ""}
${kind ? `taken AS (${TAKEN[kind](from, isAlive)}),` : ""}${isOnce ? ONCE : ""}
${kind ? `forgiven AS (UPDATE nightlatch_subjects t SET ${success(lane, schedule, kind, isSpending)} FROM ${won} WHERE t.tenant = :tenant AND t.subject = :subject),` : ""}
judged AS (
  SELECT CASE
    ${kind ? `WHEN EXISTS (SELECT FROM ${won}) THEN 'won'` : ""}
    WHEN NOT (${isAlive}) THEN 'stale'
    ${isOnce ? "WHEN EXISTS (SELECT FROM taken) THEN 'stale'" : ""}
    ELSE 'lost' END AS outcome, :epoch >= ${from}.erased_epoch AS named
  FROM ${from}
),
logged AS (${appended("CASE j.outcome WHEN 'won' THEN :won WHEN 'lost' THEN :lost ELSE :stale END", "judged j", "j.named")})
SELECT (SELECT outcome FROM judged) AS answer FROM s`;
}

const valuesOf = ({ tenant, subject, now, seen, epoch, claim, spend }: Settlement): Values => ({
  ...{ tenant, subject, now, epoch, attempt: seen.attempt, lockSeen: seen.lockedUntil },
  ...(claim?.kind === "position" ? positionOf(claim, now) : claim),
  ...(spend ? { once: spend.id, keepUntil: spend.expiresAt + KEEP_SPENT } : {}),
});

const positionOf = ({ factorId, position }: Claim & { kind: "position" }, now: number) => ({
  factorId,
  position,
  claimed: JSON.stringify({ [factorId]: [position, now] }),
});

/** A statement and its values by name. */
interface Bound {
  statement: Statement;
  values: Values;
}

/** The statement for what most attempts come to; nothing where an attempt asks for more. */
export function takingStatement(settlement: Settlement): Bound | undefined {
  const { lane, tenant, subject, now, schedule, claim, spend, audit } = settlement;
  const [row, ...others] = audit.won;
  const isOwn = row?.at === now && row.tenant === tenant && row.subject === subject;
  if (claim?.kind !== "position" || !isOwn || others.length > 0) return undefined;
  const { id, type, salt, personal, detail, mac } = row;
  return {
    statement: kept(schedule, `take ${lane} ${spend !== undefined}`, () => statement(SETTLE, take(lane, schedule, spend !== undefined))),
    values: { ...valuesOf(settlement), id, type, salt, personal, detail, mac },
  };
}

/** The statement for all that an attempt may come to. */
export function concludingStatement(settlement: Settlement): Bound {
  const { lane, schedule, claim, spend, audit } = settlement;
  return {
    statement: kept(schedule, `conclude ${lane} ${claim?.kind} ${spend !== undefined}`, () =>
      statement(SETTLE, conclude(lane, schedule, claim?.kind, spend !== undefined)),
    ),
    values: {
      ...valuesOf(settlement),
      ...{ won: JSON.stringify(audit.won), lost: JSON.stringify(audit.lost), stale: JSON.stringify(audit.stale) },
    },
  };
}
