import { KEEP_SPENT } from "../conditions.ts";
import { EMPTY_LANE, type LaneRow } from "../lane.ts";
import type { AuditRow, Claim, DeviceRow, FactorRow, Lane, OneTimeId, SubjectKey, SubjectRecord } from "../store.ts";
import { isDuplicate, OvertakenError, type Row, type Session } from "./connection.ts";
import * as sql from "./statements.ts";

/** A subject's own row. */
export interface Subject {
  epoch: number;
  /** Attempts that were charged on an epoch before this one leave no name in the log. */
  erasedEpoch: number;
  requiredSince: number | null;
  switchedOff: string | null;
  lanes: Record<Lane, LaneRow>;
}

/** What a subject has. */
export interface Belongings {
  factors: FactorRow[];
  codes: sql.StoredCode[];
  /** Newest first. */
  devices: DeviceRow[];
}

const NEW: Subject = {
  epoch: 0,
  erasedEpoch: 0,
  requiredSince: null,
  switchedOff: null,
  lanes: { authenticator: EMPTY_LANE, recovery: EMPTY_LANE },
};

/** The columns of one table out of a row. */
const picked = <T>(row: Row, names: readonly (keyof T & string)[]): T =>
  Object.fromEntries(names.map((name) => [name, row[name]])) as unknown as T;

function subjectOf(row: Row): Subject {
  const lane = (of: Lane) => Object.fromEntries(sql.LANE.map((name) => [name, row[`${of}_${name}`]])) as unknown as LaneRow;
  const own = picked<Omit<Subject, "lanes">>(row, ["epoch", "erasedEpoch", "requiredSince", "switchedOff"]);
  return { ...own, lanes: { authenticator: lane("authenticator"), recovery: lane("recovery") } };
}

/** By one number, then by id. */
const ordered = <T extends { id: string }>(rows: T[], by: (row: T) => number): T[] =>
  rows.sort((one, other) => by(one) - by(other) || (one.id < other.id ? -1 : 1));

function belongingsOf(rows: Row[]): Belongings {
  const of = (kind: sql.Kind) => rows.filter((row) => row.kind === kind);
  return {
    factors: ordered(
      of("factor").map((row) => picked<FactorRow>(row, sql.FACTOR)),
      ({ createdAt }) => createdAt,
    ),
    codes: of("code").map((row) => picked<sql.StoredCode>(row, sql.CODE)),
    devices: ordered(
      of("device").map((row) => picked<DeviceRow>(row, sql.DEVICE)),
      ({ createdAt }) => -createdAt,
    ),
  };
}

/** What `Store` calls a record. */
export const recordOf = ({ epoch }: Subject, { factors, codes }: Belongings): SubjectRecord => ({
  epoch,
  factors,
  codes: codes.map(({ usedAt, ...code }) => ({ ...code, used: usedAt !== null })),
});

/** All of a subject, as it is at one moment. */
export async function readSubject(session: Session, { tenant, subject }: SubjectKey): Promise<Subject & Belongings> {
  const rows = await session.rows(sql.READ, [tenant, subject, tenant, subject, tenant, subject, tenant, subject]);
  const own = rows.find(({ kind }) => kind === "subject");
  return { ...(own ? subjectOf(own) : NEW), ...belongingsOf(rows) };
}

/** Locks a subject's row, which one never seen is given first. */
export async function lockSubject(session: Session, { tenant, subject }: SubjectKey): Promise<Subject> {
  const known = await session.locked(sql.LOCK_SUBJECT, [tenant, subject]);
  if (known) return subjectOf(known);
  await session.change(sql.ENSURE_SUBJECT, [tenant, subject]);
  const added = await session.locked(sql.LOCK_SUBJECT, [tenant, subject]);
  if (!added) throw new Error("The subject's row was written, and is not there.");
  return subjectOf(added);
}

export async function saveSubject(session: Session, { tenant, subject }: SubjectKey, { lanes, ...own }: Subject): Promise<void> {
  const row: Row = { ...own };
  for (const lane of ["authenticator", "recovery"] as const) {
    for (const name of sql.LANE) row[`${lane}_${name}`] = lanes[lane][name];
  }
  const values = sql.SUBJECT.map((name) => row[name] ?? null);
  await session.change(sql.SAVE_SUBJECT, [...values, tenant, subject]);
}

/** The factors, and the codes of some types; behind the lock of the subject's row they stay as they are. */
export async function enrolledBy(session: Session, { tenant, subject }: SubjectKey, types: readonly string[]): Promise<Belongings> {
  if (types.length === 0) return belongingsOf(await session.rows(sql.FACTORS, [tenant, subject]));
  const enrolled = belongingsOf(await session.rows(sql.RECORD, [tenant, subject, tenant, subject]));
  return { ...enrolled, codes: enrolled.codes.filter(({ type }) => types.includes(type)) };
}

/** The same, and the devices. */
export const belongingTo = async (session: Session, { tenant, subject }: SubjectKey): Promise<Belongings> =>
  belongingsOf(await session.rows(sql.BELONGINGS, [tenant, subject, tenant, subject, tenant, subject]));

/** Whether the claim was still to be had; then it is taken. */
export async function take(session: Session, { tenant, subject }: SubjectKey, claim: Claim, now: number): Promise<boolean> {
  if (claim.kind === "code") return (await session.change(sql.TAKE_CODE, [now, tenant, subject, claim.hash, now])) === 1;
  const { factorId, position } = claim;
  return (await session.change(sql.TAKE_POSITION, [position, now, tenant, subject, factorId, position])) === 1;
}

export const isSpent = async (session: Session, id: string): Promise<boolean> => (await session.rows(sql.IS_SPENT, [id])).length > 0;

/** True if nobody has spent it before. */
export async function spendOnce(session: Session, { id, expiresAt }: OneTimeId): Promise<boolean> {
  try {
    await session.change(sql.SPEND, [id, expiresAt + KEEP_SPENT]);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** Spends an id that was not spent a moment ago; if it is now, the transaction starts over. */
export async function spendNow(session: Session, once: OneTimeId): Promise<void> {
  if (!(await spendOnce(session, once))) throw new OvertakenError("A one-time id was spent by another while it was being spent.");
}

/** Appends to the log in the rows' order; nameless without their personal columns. */
export async function append(session: Session, rows: readonly AuditRow[], isNamed: boolean): Promise<void> {
  if (rows.length === 0) return;
  const told = rows.map((row) => (isNamed ? row : { ...row, tenant: null, subject: null, salt: null }));
  await session.change(
    sql.append(rows.length),
    told.flatMap((row) => sql.AUDIT.map((name) => row[name])),
  );
}
