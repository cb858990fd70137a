import { EMPTY_LANE, type LaneRow } from "../lane.ts";
import type {
  AuditRow,
  Change,
  Claim,
  FactorRow,
  Lane,
  LaneState,
  OneTimeId,
  RecoveryCodeRow,
  SubjectKey,
  SubjectRecord,
} from "../store.ts";
import type { Session } from "./connection.ts";
import * as sql from "./statements.ts";

/** A day: how long a one-time id outlives its expiry, lest a clock that steps back revive it. */
const KEEP_SPENT = 86_400_000;

const BLANK = { tenant: null, subject: null, salt: null };

/** A subject's rows within a transaction. */
export interface Rows {
  epochs(): { epoch: number; erasedEpoch: number };
  record(): SubjectRecord;
  lane(lane: Lane): LaneRow;
  laneState(lane: Lane): LaneState;
  saveLane(lane: Lane, row: LaneRow): void;
  /** Whether the claim was still to be had; then it is taken. */
  take(claim: Claim, now: number): boolean;
  /** Whether a change's conditions hold. */
  canApply(change: Change): boolean;
  /** Makes the change; gives the epoch after it. */
  applyChange(change: Change): number;
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
  const epochs = () => session.first<{ epoch: number; erasedEpoch: number }>(sql.EPOCHS, tenant, subject) ?? { epoch: 0, erasedEpoch: 0 };
  const factors = () => session.every<FactorRow>(sql.FACTORS, tenant, subject);
  const recoveryCodes = (): RecoveryCodeRow[] =>
    session
      .every<{ hash: string; usedAt: number | null }>(sql.RECOVERY_CODES, tenant, subject)
      .map(({ hash, usedAt }) => ({ hash, used: usedAt !== null }));
  const lane = (name: Lane) => session.first<LaneRow>(sql.LANE, tenant, subject, name) ?? EMPTY_LANE;

  const changeFactors = ({ now, confirm, add, rename, remove, removeAll, raiseEpoch }: Change): void => {
    if (confirm !== undefined) session.change(sql.CONFIRM_FACTOR, now, tenant, subject, confirm);
    if (add || raiseEpoch) session.change(sql.REMOVE_PENDING, tenant, subject);
    if (rename) session.change(sql.RENAME_FACTOR, rename.name, tenant, subject, rename.id);
    if (remove !== undefined) session.change(sql.REMOVE_FACTOR, tenant, subject, remove);
    if (removeAll) session.change(sql.REMOVE_FACTORS, tenant, subject);
    if (add) {
      const { id, type, name, algorithm, digits, period, secret, fingerprint } = add;
      const { position, createdAt, confirmedAt, expiresAt, lastUsedAt } = add;
      const described = [tenant, subject, id, type, name, algorithm, digits, period, secret, fingerprint];
      session.change(sql.ADD_FACTOR, ...described, position, createdAt, confirmedAt, expiresAt, lastUsedAt);
    }
  };

  return {
    epochs,
    record: () => ({ epoch: epochs().epoch, factors: factors(), recoveryCodes: recoveryCodes() }),
    lane,
    laneState(name) {
      const { refusals: _, ...state } = lane(name);
      return state;
    },

    saveLane(name, { attempts, forgiven, tally, tallyAt, lockedUntil, refusals }) {
      session.change(sql.SAVE_LANE, tenant, subject, name, attempts, forgiven, tally, tallyAt, lockedUntil, refusals);
    },

    take(claim, now) {
      if (claim.kind === "recovery") return session.change(sql.TAKE_RECOVERY_CODE, now, tenant, subject, claim.hash) === 1;
      const { factorId, position } = claim;
      return session.change(sql.TAKE_POSITION, position, now, tenant, subject, factorId, position) === 1;
    },

    canApply({ now, epoch, confirm, add, rename, remove }) {
      if (epoch !== undefined && epochs().epoch !== epoch) return false;
      const all = factors();
      const isPending = (id: string) =>
        all.some((row) => row.id === id && row.confirmedAt === null && row.expiresAt !== null && row.expiresAt > now);
      const isConfirmed = (id: string) => all.some((row) => row.id === id && row.confirmedAt !== null);
      if (confirm !== undefined && !isPending(confirm)) return false;
      for (const id of [rename?.id, remove]) if (id !== undefined && !isConfirmed(id)) return false;
      return !add || !all.some((row) => row.confirmedAt !== null && row.fingerprint === add.fingerprint);
    },

    applyChange(change) {
      const { remove, removeAll, recoveryHashes, raiseEpoch, blank } = change;
      changeFactors(change);
      const isLastRemoved = remove !== undefined && factors().every(({ confirmedAt }) => confirmedAt === null);
      if (removeAll || isLastRemoved || recoveryHashes) session.change(sql.REMOVE_RECOVERY_CODES, tenant, subject);
      for (const hash of recoveryHashes ?? []) session.change(sql.ADD_RECOVERY_CODE, tenant, subject, hash);
      const before = epochs();
      const epoch = before.epoch + (raiseEpoch ? 1 : 0);
      if (raiseEpoch || blank) session.change(sql.SAVE_EPOCHS, tenant, subject, epoch, blank ? epoch : before.erasedEpoch);
      return epoch;
    },

    blank() {
      session.change(sql.BLANK, tenant, subject);
    },
  };
}
