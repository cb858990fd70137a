import type { DataKeyRow } from "../../secrets/data-keys.ts";
import { canApply } from "../conditions.ts";
import { chargeLane, forgive, type LaneRow, laneState } from "../lane.ts";
import type { Applied, Change, Charge, Charged, OneTimeId, Outcome, OwnedFactorRow, Settlement, Store, SubjectKey } from "../store.ts";
import { auditVerbs } from "./audit.ts";
import { applyChange } from "./change.ts";
import { connectionOf, type MysqlPool, paged, type Session } from "./connection.ts";
import { migrate } from "./migrations.ts";
import * as sql from "./statements.ts";
import {
  append,
  belongingTo,
  enrolledBy,
  isSpent,
  lockSubject,
  readSubject,
  recordOf,
  saveSubject,
  spendNow,
  spendOnce,
  take,
} from "./subject.ts";

async function chargeIn(session: Session, charge: Charge): Promise<Charged> {
  const { lane: name, challenge } = charge;
  const subject = await lockSubject(session, charge);
  const save = (lane: LaneRow) => saveSubject(session, charge, { ...subject, lanes: { ...subject.lanes, [name]: lane } });

  const isAnswered = challenge !== undefined && (await isSpent(session, challenge.id));
  const isDead = (lockedUntil: number): boolean =>
    challenge !== undefined && (lockedUntil > challenge.issuedAt || subject.epoch !== challenge.epoch || isAnswered);
  const { charged, lane } = chargeLane(subject.lanes[name], charge, isDead);
  await save(lane);
  return charged.admitted ? { ...charged, record: recordOf(subject, await enrolledBy(session, charge, charge.codes)) } : charged;
}

async function settleIn(session: Session, settlement: Settlement): Promise<Outcome> {
  const { lane, now, epoch, claim, spend, audit } = settlement;
  const subject = await lockSubject(session, settlement);
  const judge = async (): Promise<Outcome> => {
    if (subject.epoch !== epoch || (spend && (await isSpent(session, spend.id)))) return "stale";
    if (!claim || !(await take(session, settlement, claim, now))) return "lost";
    if (spend) await spendNow(session, spend);
    return "won";
  };
  const outcome = await judge();
  if (outcome === "won") {
    const { lanes } = subject;
    await saveSubject(session, settlement, { ...subject, lanes: { ...lanes, [lane]: forgive(lanes[lane], settlement) } });
  }
  await append(session, audit[outcome], epoch >= subject.erasedEpoch);
  return outcome;
}

async function applyIn(session: Session, change: Change): Promise<Applied> {
  const subject = await lockSubject(session, change);
  const before = await belongingTo(session, change);
  if (!canApply({ ...subject, ...before }, change)) return { applied: false, epoch: subject.epoch };
  const after = await applyChange(session, subject, before, change);
  await saveSubject(session, change, after);
  await append(session, change.audit, !change.blank);
  if (change.blank) await session.change(sql.BLANK, [change.tenant, change.subject]);
  return { applied: true, epoch: after.epoch };
}

/** Whoever would change the data keys comes through here, one at a time. */
async function lockDataKeys(session: Session): Promise<void> {
  if (!(await session.locked(sql.LOCK_DATA_KEYS))) throw new Error("The tables are not complete: run the migration to its end.");
}

async function addDataKeysIn(session: Session, added: readonly DataKeyRow[]): Promise<void> {
  await lockDataKeys(session);
  const active = new Set<unknown>((await session.rows(sql.ACTIVE_USES)).map(({ use }) => use));
  for (const { id, use, wrapped, createdAt } of added) {
    if (!active.has(use)) await session.change(sql.ADD_DATA_KEY, [id, use, wrapped, createdAt, use]);
    active.add(use);
  }
}

async function rotateDataKeyIn(session: Session, { id, use, wrapped, createdAt }: DataKeyRow): Promise<void> {
  await lockDataKeys(session);
  await session.change(sql.RETIRE_DATA_KEY, [use]);
  await session.change(sql.ADD_DATA_KEY, [id, use, wrapped, createdAt, use]);
}

/** How often a process looks for one-time ids past their time, by the clock that it is told of them. */
const SWEEP_EVERY = 60_000;

/**
 * Keeps everything in MariaDB 10.11, MySQL 8, or later ones, through mysql2. Give it a pool of its own: it sets its
 * connections to READ COMMITTED, a strict SQL mode and five seconds for locks. Every verb is one short transaction
 * that locks the subject's row first, and is run again where InnoDB broke a deadlock. All goes to one writing server:
 * a replica that lags would not know of a code just used.
 *
 * @example
 * ```ts
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { mysqlStore } from "@nightlatch/core/stores/mysql";
 * import { createPool } from "mysql2/promise";
 *
 * const store = mysqlStore(createPool("mysql://nightlatch@localhost/app"));
 * const mfa = createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store });
 * await mfa.ready({ migrate: true });
 * ```
 */
export function mysqlStore(pool: MysqlPool): Store {
  const connection = connectionOf(pool);
  let sweptAt = Number.NEGATIVE_INFINITY;

  /** Beside the transaction that has spent an id, since the locks of what goes would hold up others. */
  const sweep = async (now: number): Promise<void> => {
    if (Math.abs(now - sweptAt) < SWEEP_EVERY) return;
    sweptAt = now;
    try {
      const gone = await connection.transaction((session) => session.change(sql.SWEEP, [now]));
      // Whoever spends an id waits for one batch and no more: the next one takes the next.
      if (gone === sql.SWEPT_AT_ONCE) sweptAt = Number.NEGATIVE_INFINITY;
    } catch {
      // The id is spent, and that was what was asked for. Another minute will do for the old ones.
    }
  };

  return Object.freeze({
    async migrate() {
      await migrate(connection);
    },

    async dataKeys() {
      return (await connection.outside((session) => session.rows(sql.DATA_KEYS))) as unknown as DataKeyRow[];
    },

    async addDataKeys(added: readonly DataKeyRow[]) {
      await connection.transaction((session) => addDataKeysIn(session, added));
    },

    async rotateDataKey(row: DataKeyRow) {
      await connection.transaction((session) => rotateDataKeyIn(session, row));
    },

    async rewrapDataKey({ id, from, to }: { id: string; from: string; to: string }) {
      await connection.transaction((session) => session.change(sql.REWRAP_DATA_KEY, [to, id, from]));
    },

    async read(who: SubjectKey) {
      const found = await connection.outside((session) => readSubject(session, who));
      const { lanes, devices, requiredSince, switchedOff } = found;
      return {
        ...recordOf(found, found),
        lanes: { authenticator: laneState(lanes.authenticator), recovery: laneState(lanes.recovery) },
        devices,
        requiredSince,
        switchedOff,
      };
    },

    async charge(charge: Charge) {
      return await connection.transaction((session) => chargeIn(session, charge));
    },

    async settle(settlement: Settlement) {
      const outcome = await connection.transaction((session) => settleIn(session, settlement));
      if (settlement.spend && outcome === "won") await sweep(settlement.now);
      return outcome;
    },

    async apply(change: Change) {
      return await connection.transaction((session) => applyIn(session, change));
    },

    async factorsNotUnder({ prefix, after, limit }: { prefix: string; after: string; limit: number }) {
      const rows = await connection.outside((session) => paged(session, sql.FACTORS_NOT_UNDER, [after, prefix, prefix], limit));
      return rows as unknown as OwnedFactorRow[];
    },

    async spend(once: OneTimeId, now: number) {
      const isFirst = await connection.transaction((session) => spendOnce(session, once));
      if (isFirst) await sweep(now);
      return isFirst;
    },

    ...auditVerbs(connection),
  });
}
