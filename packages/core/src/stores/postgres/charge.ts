import { type LockoutSchedule, lockAfter } from "../../lockout/policy.ts";
import type { Charge, Charged, CodeRow, FactorRow, Lane, SubjectKey } from "../store.ts";
import { codesOf, constant, lockIn, object, SUBJECT, WHO } from "./pieces.ts";
import { kept, type Statement, statement } from "./statement.ts";

const CHARGE = { ...SUBJECT, now: "bigint", challenge: "text", issuedAt: "bigint", epoch: "integer", codes: "text[]" } as const;

/** The long tally as it has leaked until now, and when it last leaked. */
function leakedTally(lane: Lane, { leakEvery }: LockoutSchedule): { tally: string; tallyAt: string } {
  const every = constant(leakEvery);
  const [tally, at] = [`${lane}_tally`, `${lane}_tally_at`];
  // A clock that stepped back leaks nothing.
  const periods = `greatest(0, (:now - ${at}) / ${every})`;
  return {
    tally: `greatest(0, ${tally} - ${periods})`,
    tallyAt: `CASE WHEN ${tally} <= ${periods} THEN :now ELSE ${at} + ${periods} * ${every} END`,
  };
}

const isAlive = (lane: Lane): string =>
  `epoch = :epoch AND coalesce(${lane}_locked_until, 0) <= :issuedAt AND NOT EXISTS (SELECT FROM nightlatch_spent WHERE id = :challenge)`;

/**
 * Counts an attempt, if it is admitted. One UPDATE finds the row, waits for it, judges it as it is then, writes it, and
 * answers with all that the attempt is judged by: the row holds its subject's factors too. Answers with no row otherwise.
 */
function admit(lane: Lane, schedule: LockoutSchedule, isChallenged: boolean, isCoded: boolean): string {
  const { tally, tallyAt } = leakedTally(lane, schedule);
  const lock = lockIn(schedule, `${lane}_attempts + 1 - ${lane}_forgiven`);
  // A time is below 2^53, and as a float8 every client gives it as a number.
  return `
UPDATE nightlatch_subjects SET
  ${lane}_attempts = ${lane}_attempts + 1,
  ${lane}_tally = ${tally} + 1,
  ${lane}_tally_at = ${tallyAt},
  ${lane}_locked_until = coalesce(:now + nullif(${lock}, 0), ${lane}_locked_until),
  ${lane}_lock_before = ${lane}_locked_until,
  ${lane}_refusals = 0,
  ${lane}_refusals_before = ${lane}_refusals
WHERE ${WHO} AND coalesce(${lane}_locked_until, 0) <= :now AND ${tally} < ${constant(schedule.suspendAt)}
  ${isChallenged ? `AND ${isAlive(lane)}` : ""}
RETURNING epoch, ${lane}_attempts AS attempt, ${lane}_attempts - ${lane}_forgiven AS run, ${lane}_tally AS tally,
  ${lane}_lock_before::float8 AS "lockBefore", ${lane}_refusals_before AS refusals, positions, factors
  ${isCoded ? `, ${codesOf("type = ANY (:codes)")} AS codes` : ""}`;
}

/** Says why an attempt was not admitted, and counts it if that was for a lock. Answers null when it would be admitted by now. */
function refuse(lane: Lane, schedule: LockoutSchedule, isChallenged: boolean): string {
  const { tally, tallyAt } = leakedTally(lane, schedule);
  const suspendedUntil = `CASE WHEN ${tally} >= ${constant(schedule.suspendAt)} THEN (${tallyAt}) + ${constant(schedule.leakEvery)} ELSE 0 END`;
  return `
WITH s AS MATERIALIZED (
  SELECT epoch, ${lane}_locked_until, ${lane}_refusals AS refusals, greatest(coalesce(${lane}_locked_until, 0), ${suspendedUntil}) AS until
  FROM nightlatch_subjects WHERE ${WHO} FOR UPDATE
),
counted AS (
  UPDATE nightlatch_subjects t SET ${lane}_refusals = s.refusals + 1
  FROM s WHERE t.tenant = :tenant AND t.subject = :subject AND s.until > :now
)
SELECT CASE
  WHEN until > :now THEN ${object("false AS admitted, 'locked' AS reason, until, refusals = 0 AS first")}
  ${isChallenged ? `WHEN NOT (${isAlive(lane)}) THEN ${object("false AS admitted, 'expired' AS reason, :now AS until, false AS first")}` : ""}
  END AS answer
FROM s`;
}

/** The statement that admits an attempt. */
export const admitStatement = ({ lane, schedule, challenge, codes }: Charge): Statement =>
  kept(schedule, `admit ${lane} ${challenge !== undefined} ${codes.length > 0}`, () =>
    statement(CHARGE, admit(lane, schedule, challenge !== undefined, codes.length > 0)),
  );

/** The statement for an attempt that was not admitted. */
export const refuseStatement = ({ lane, schedule, challenge }: Charge): Statement =>
  kept(schedule, `refuse ${lane} ${challenge !== undefined}`, () => statement(CHARGE, refuse(lane, schedule, challenge !== undefined)));

/** The values of both. */
export const chargeValues = ({ tenant, subject, now, challenge, codes }: Charge): SubjectKey & Partial<Record<string, unknown>> => ({
  tenant,
  subject,
  now,
  challenge: challenge?.id,
  issuedAt: challenge?.issuedAt,
  epoch: challenge?.epoch,
  codes,
});

/** What an admitted attempt is answered with. */
export interface AdmittedRow {
  epoch: number;
  attempt: number;
  run: number;
  tally: number;
  lockBefore: number | null;
  refusals: number;
  positions: Record<string, [position: number, lastUsedAt: number | null]>;
  /** By age, then by id. */
  factors: Omit<FactorRow, "position" | "lastUsedAt">[];
  codes?: CodeRow[];
}

/** The charge that admitted an attempt. */
export function admittedBy({ epoch, attempt, run, tally, lockBefore, refusals, ...row }: AdmittedRow, { now, schedule }: Charge): Charged {
  const lock = lockAfter(schedule, run);
  const factors = row.factors.flatMap((factor): FactorRow[] => {
    const place = row.positions[factor.id];
    // Without its position a code might count again: such a factor doesn't answer.
    return place ? [{ ...factor, position: place[0], lastUsedAt: place[1] }] : [];
  });
  return {
    admitted: true,
    seen: { attempt, run, lockedUntil: lockBefore },
    tally,
    lockedUntil: lock > 0 ? now + lock : null,
    refusals,
    record: { epoch, factors, codes: row.codes ?? [] },
  };
}
