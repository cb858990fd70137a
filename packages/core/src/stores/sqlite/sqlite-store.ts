import type { DataKeyRow } from "../../secrets/data-keys.ts";
import { canApply } from "../conditions.ts";
import { chargeLane, forgive } from "../lane.ts";
import type { Applied, Change, Charge, Charged, OneTimeId, Outcome, OwnedFactorRow, Settlement, Store, SubjectKey } from "../store.ts";
import { auditVerbs } from "./audit.ts";
import { applyChange } from "./change.ts";
import { connectionOf, type Session, type SqliteClient } from "./connection.ts";
import { migrate } from "./migrations.ts";
import { ADD_ACTIVE_DATA_KEY, ADD_DATA_KEY, DATA_KEYS, FACTORS_NOT_UNDER, RETIRE_DATA_KEY, REWRAP_DATA_KEY } from "./statements.ts";
import { append, isSpent, rowsOf, spendOnce } from "./subject.ts";

function chargeIn(session: Session, charge: Charge): Charged {
  const rows = rowsOf(session, charge);
  const { challenge } = charge;
  const isDead = (lockedUntil: number): boolean =>
    challenge !== undefined &&
    (lockedUntil > challenge.issuedAt || rows.marks().epoch !== challenge.epoch || isSpent(session, challenge.id));
  const { charged, lane } = chargeLane(rows.lane(charge.lane), charge, isDead);
  rows.saveLane(charge.lane, lane);
  return charged.admitted ? { ...charged, record: rows.record(charge.codes) } : charged;
}

function settleIn(session: Session, settlement: Settlement): Outcome {
  const { lane, now, epoch, claim, spend, audit } = settlement;
  const rows = rowsOf(session, settlement);
  const current = rows.marks();
  const judge = (): Outcome => {
    if (current.epoch !== epoch || (spend && isSpent(session, spend.id))) return "stale";
    if (!claim || !rows.take(claim, now)) return "lost";
    if (spend) spendOnce(session, spend, now);
    return "won";
  };
  const outcome = judge();
  if (outcome === "won") rows.saveLane(lane, forgive(rows.lane(lane), settlement));
  append(session, audit[outcome], epoch >= current.erasedEpoch);
  return outcome;
}

function applyIn(session: Session, change: Change): Applied {
  const rows = rowsOf(session, change);
  const marks = rows.marks();
  const before = { ...marks, factors: rows.factors(), codes: rows.codes(), devices: rows.devices() };
  if (!canApply(before, change)) return { applied: false, epoch: marks.epoch };
  const epoch = applyChange(session, rows, change);
  append(session, change.audit, !change.blank);
  if (change.blank) rows.blank();
  return { applied: true, epoch };
}

/**
 * Keeps everything in an SQLite file, through node:sqlite or better-sqlite3: for an app on one machine, of one
 * process or several. Give it a connection of its own: inside a transaction that the host has open on it, every
 * verb rejects, and so the engine denies. Every verb is one transaction, run at once under the file's write lock.
 *
 * It sets on its connection `synchronous = FULL`, and `busy_timeout = 0`, since it waits by itself: without
 * holding up the process, and up to five seconds for other processes that have the file; then the verb rejects.
 * `migrate` puts the file into WAL mode, which needs a local disk, not one across a network.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from "node:sqlite";
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { sqliteStore } from "@nightlatch/core/stores/sqlite";
 *
 * const store = sqliteStore(new DatabaseSync("nightlatch.db"));
 * const mfa = createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store });
 * await mfa.ready({ migrate: true });
 * ```
 */
export function sqliteStore(client: SqliteClient): Store {
  const connection = connectionOf(client);

  return Object.freeze({
    async migrate() {
      await connection.useWriteAheadLog();
      await connection.write((session) => migrate(session));
    },

    async dataKeys() {
      return await connection.read((session) => session.every<DataKeyRow>(DATA_KEYS));
    },

    async addDataKeys(added: readonly DataKeyRow[]) {
      await connection.write((session) => {
        for (const { id, use, wrapped, createdAt } of added) session.change(ADD_DATA_KEY, id, use, wrapped, createdAt);
      });
    },

    async rotateDataKey({ id, use, wrapped, createdAt }: DataKeyRow) {
      await connection.write((session) => {
        session.change(RETIRE_DATA_KEY, use);
        session.change(ADD_ACTIVE_DATA_KEY, id, use, wrapped, createdAt);
      });
    },

    async rewrapDataKey({ id, from, to }: { id: string; from: string; to: string }) {
      await connection.write((session) => session.change(REWRAP_DATA_KEY, to, id, from));
    },

    async read(who: SubjectKey) {
      return await connection.read((session) => {
        const rows = rowsOf(session, who);
        const { requiredSince, switchedOff } = rows.marks();
        const lanes = { authenticator: rows.laneState("authenticator"), recovery: rows.laneState("recovery") };
        return { ...rows.record(), lanes, devices: rows.devices(), requiredSince, switchedOff };
      });
    },

    async charge(charge: Charge) {
      return await connection.write((session) => chargeIn(session, charge));
    },

    async settle(settlement: Settlement) {
      return await connection.write((session) => settleIn(session, settlement));
    },

    async apply(change: Change) {
      return await connection.write((session) => applyIn(session, change));
    },

    async factorsNotUnder({ prefix, after, limit }: { prefix: string; after: string; limit: number }) {
      return await connection.read((session) => session.every<OwnedFactorRow>(FACTORS_NOT_UNDER, after, prefix, prefix, limit));
    },

    async spend(once: OneTimeId, now: number) {
      return await connection.write((session) => spendOnce(session, once, now));
    },

    ...auditVerbs(connection),
  });
}
