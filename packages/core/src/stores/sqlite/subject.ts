import { KEEP_SPENT } from "../conditions.ts";
import { EMPTY_LANE, type LaneRow, laneState } from "../lane.ts";
import type { AuditRow, Claim, CodeRow, DeviceRow, FactorRow, Lane, LaneState, OneTimeId, SubjectKey, SubjectRecord } from "../store.ts";
import type { Session } from "./connection.ts";
import * as sql from "./statements.ts";

const BLANK = { tenant: null, subject: null, salt: null };

/** What is known of a subject beside its lanes and what it has enrolled. */
export interface Marks {
  epoch: number;
  /** Attempts that were charged on an epoch before this one leave no name in the log. */
  erasedEpoch: number;
  requiredSince: number | null;
  switchedOff: string | null;
}

const NO_MARKS: Marks = { epoch: 0, erasedEpoch: 0, requiredSince: null, switchedOff: null };

/** A code's row as it lies in its table. */
interface StoredCode extends Omit<CodeRow, "used"> {
  createdAt: number;
  usedAt: number | null;
}

/** A subject's rows within a transaction. */
export interface Rows {
  marks(): Marks;
  saveMarks(marks: Marks): void;
  factors(): FactorRow[];
  codes(): StoredCode[];
  devices(): DeviceRow[];
  /** With the codes of these types; of all, where none are named. */
  record(types?: readonly string[]): SubjectRecord;
  lane(lane: Lane): LaneRow;
  laneState(lane: Lane): LaneState;
  saveLane(lane: Lane, row: LaneRow): void;
  /** Whether the claim was still to be had; then it is taken. */
  take(claim: Claim, now: number): boolean;
  /** Blanks the subject's name in the whole log. */
  blank(): void;
}

export const isSpent = (session: Session, id: string): boolean => session.first(sql.IS_SPENT, id) !== undefined;

/** True if nobody has spent it before. */
export function spendOnce(session: Session, { id, expiresAt }: OneTimeId, now: number): boolean {
  const isFirst = session.change(sql.SPEND, id, expiresAt + KEEP_SPENT) === 1;
  session.change(sql.SWEEP, now);
  return isFirst;
}

/** Appends to the log in the rows' order; nameless without their personal columns. */
export function append(session: Session, rows: readonly AuditRow[], isNamed: boolean): void {
  for (const row of rows) {
    const { id, at, type, tenant, subject, salt, personal, detail, mac } = isNamed ? row : { ...row, ...BLANK };
    session.change(sql.APPEND, id, at, type, tenant, subject, salt, personal, detail, mac);
  }
}

/** The rows of one subject; a subject never seen has none. */
export function rowsOf(session: Session, { tenant, subject }: SubjectKey): Rows {
  const marks = () => session.first<Marks>(sql.MARKS, tenant, subject) ?? NO_MARKS;
  const factors = () => session.every<FactorRow>(sql.FACTORS, tenant, subject);
  const codes = () => session.every<StoredCode>(sql.CODES, tenant, subject);
  const lane = (name: Lane) => session.first<LaneRow>(sql.LANE, tenant, subject, name) ?? EMPTY_LANE;

  return {
    marks,
    factors,
    codes,
    devices: () => session.every<DeviceRow>(sql.DEVICES, tenant, subject),
    record(types) {
      const wanted = types?.length === 0 ? [] : codes().filter(({ type }) => types?.includes(type) ?? true);
      return {
        epoch: marks().epoch,
        factors: factors(),
        codes: wanted.map(({ usedAt, ...code }) => ({ ...code, used: usedAt !== null })),
      };
    },
    lane,
    laneState: (name) => laneState(lane(name)),

    saveMarks({ epoch, erasedEpoch, requiredSince, switchedOff }) {
      session.change(sql.SAVE_MARKS, tenant, subject, epoch, erasedEpoch, requiredSince, switchedOff);
    },

    saveLane(name, { attempts, forgiven, tally, tallyAt, lockedUntil, refusals }) {
      session.change(sql.SAVE_LANE, tenant, subject, name, attempts, forgiven, tally, tallyAt, lockedUntil, refusals);
    },

    take(claim, now) {
      if (claim.kind === "code") return session.change(sql.TAKE_CODE, now, tenant, subject, claim.hash, now) === 1;
      const { factorId, position } = claim;
      return session.change(sql.TAKE_POSITION, position, now, tenant, subject, factorId, position) === 1;
    },

    blank() {
      session.change(sql.BLANK, tenant, subject);
    },
  };
}
