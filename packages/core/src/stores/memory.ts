/**
 * The store for tests: all is lost when the process ends.
 *
 * @module
 */

import type { DataKeyRow } from "../secrets/data-keys.ts";
import { canApply, KEEP_SPENT, MOST_DEVICES } from "./conditions.ts";
import { chargeLane, EMPTY_LANE, forgive, type LaneRow, laneState, unlocked } from "./lane.ts";
import { auditVerbs } from "./memory-audit.ts";
import type {
  Change,
  Charge,
  Claim,
  CodeRow,
  DeviceRow,
  FactorRow,
  Lane,
  OneTimeId,
  Outcome,
  Settlement,
  Store,
  StoredAuditRow,
  SubjectKey,
  SubjectRecord,
} from "./store.ts";

interface MemorySubject {
  epoch: number;
  /** Attempts that were charged on an epoch before this one leave no name in the log. */
  erasedEpoch: number;
  factors: Map<string, FactorRow>;
  codes: CodeRow[];
  /** Newest first. */
  devices: DeviceRow[];
  lanes: Record<Lane, LaneRow>;
  requiredSince: number | null;
  switchedOff: string | null;
}

const emptySubject = (): MemorySubject => ({
  epoch: 0,
  erasedEpoch: 0,
  factors: new Map(),
  codes: [],
  devices: [],
  lanes: { authenticator: EMPTY_LANE, recovery: EMPTY_LANE },
  requiredSince: null,
  switchedOff: null,
});

const recordOf = (s: MemorySubject): SubjectRecord => ({
  epoch: s.epoch,
  factors: [...s.factors.values()].map((row) => ({ ...row })),
  codes: s.codes.map((code) => ({ ...code })),
});

const BLANK = { tenant: null, subject: null, salt: null };

const isOf = (row: { tenant: string | null; subject: string | null }, who: SubjectKey): boolean =>
  row.tenant === who.tenant && row.subject === who.subject;

function take(s: MemorySubject, claim: Claim | undefined, now: number): boolean {
  if (claim?.kind === "position") {
    const row = s.factors.get(claim.factorId);
    // RFC 6238 §5.2 and RFC 4226 §7.2: a step or counter counts once, and none before it counts again.
    if (!row || !(row.position < claim.position)) return false;
    row.position = claim.position;
    row.lastUsedAt = now;
    return true;
  }
  const code = claim && s.codes.find(({ hash }) => hash === claim.hash);
  if (!code || code.used || (code.expiresAt ?? Number.POSITIVE_INFINITY) <= now) return false;
  code.used = true;
  return true;
}

function applyToFactors(s: MemorySubject, { now, confirm, add, rename, reseal, remove, removeAll, raiseEpoch }: Change): void {
  const pending = confirm === undefined ? undefined : s.factors.get(confirm);
  if (pending) Object.assign(pending, { confirmedAt: now, expiresAt: null });
  if (add || raiseEpoch) {
    for (const row of s.factors.values()) if (row.confirmedAt === null) s.factors.delete(row.id);
  }
  if (rename) Object.assign(s.factors.get(rename.id) ?? {}, { name: rename.name });
  if (reseal) Object.assign(s.factors.get(reseal.id) ?? {}, { secret: reseal.to });
  if (remove !== undefined) s.factors.delete(remove);
  if (removeAll) s.factors.clear();
  if (add) s.factors.set(add.id, { ...add });
}

function applyToDevices(s: MemorySubject, { now, addDevice, useDevice, removeDevice, removeAll, raiseEpoch }: Change): void {
  if (removeAll || raiseEpoch) s.devices = [];
  s.devices = s.devices.filter(({ id }) => id !== removeDevice);
  for (const device of s.devices) if (device.id === useDevice) device.lastUsedAt = now;
  if (addDevice) {
    const kept = s.devices.filter(({ expiresAt }) => expiresAt > now).slice(0, MOST_DEVICES - 1);
    s.devices = [{ ...addDevice }, ...kept].sort((one, other) => other.createdAt - one.createdAt);
  }
}

function applyTo(s: MemorySubject, change: Change): void {
  const { now, remove, removeAll, codes, unlock, require, switchedOff, raiseEpoch, blank } = change;
  applyToFactors(s, change);
  applyToDevices(s, change);
  const removedLast = remove !== undefined && ![...s.factors.values()].some(({ confirmedAt }) => confirmedAt !== null);
  if (removeAll || removedLast) s.codes = [];
  if (codes) {
    const { type, hashes, expiresAt } = codes;
    const made = hashes.map((hash) => ({ type, hash, used: false, expiresAt, createdAt: now }));
    s.codes = [...s.codes.filter((code) => code.type !== type), ...made];
  }
  if (unlock) s.lanes = { authenticator: unlocked(s.lanes.authenticator, now), recovery: unlocked(s.lanes.recovery, now) };
  if (require) s.requiredSince ??= now;
  if (switchedOff !== undefined) s.switchedOff = switchedOff || null;
  if (raiseEpoch) s.epoch += 1;
  if (blank) s.erasedEpoch = s.epoch;
}

/**
 * A store in this process's memory: for tests and for trying things out. All is lost when the process
 * ends, and other processes see nothing of it. Every verb runs in one turn of the event loop, so it is atomic.
 *
 * @example
 * ```ts
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 *
 * const mfa = createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store: memoryStore() });
 * ```
 */
export function memoryStore(): Store {
  const subjects = new Map<string, MemorySubject>();
  const dataKeys: DataKeyRow[] = []; // the active one of each use first
  const spent = new Map<string, number>();
  const log: StoredAuditRow[] = [];
  let seq = 0;

  const nameOf = ({ tenant, subject }: SubjectKey): string => JSON.stringify([tenant, subject]);
  const subjectOf = (who: SubjectKey): MemorySubject => {
    const found = subjects.get(nameOf(who)) ?? emptySubject();
    subjects.set(nameOf(who), found);
    return found;
  };
  const append = (rows: readonly Omit<StoredAuditRow, "seq">[]): void => {
    for (const row of rows) log.push({ ...row, seq: ++seq });
  };
  const spendNow = ({ id, expiresAt }: OneTimeId, now: number): boolean => {
    for (const [old, keepUntil] of spent) {
      if (keepUntil >= now) break;
      spent.delete(old);
    }
    if (spent.has(id)) return false;
    spent.set(id, expiresAt + KEEP_SPENT);
    return true;
  };

  return Object.freeze({
    async migrate() {},

    async dataKeys() {
      return dataKeys.map((row) => ({ ...row }));
    },

    async addDataKeys(rows: readonly DataKeyRow[]) {
      for (const row of rows) if (!dataKeys.some(({ use }) => use === row.use)) dataKeys.push({ ...row });
    },

    async rotateDataKey(row: DataKeyRow) {
      dataKeys.unshift({ ...row });
    },

    async rewrapDataKey({ id, from, to }: { id: string; from: string; to: string }) {
      for (const row of dataKeys) if (row.id === id && row.wrapped === from) row.wrapped = to;
    },

    async read(who: SubjectKey) {
      const s = subjects.get(nameOf(who)) ?? emptySubject();
      const { devices, requiredSince, switchedOff } = s;
      return {
        ...recordOf(s),
        lanes: { authenticator: laneState(s.lanes.authenticator), recovery: laneState(s.lanes.recovery) },
        devices: devices.map((row) => ({ ...row })),
        requiredSince,
        switchedOff,
      };
    },

    async charge(charge: Charge) {
      const s = subjectOf(charge);
      const { challenge } = charge;
      const isDead = (lockedUntil: number): boolean =>
        challenge !== undefined && (lockedUntil > challenge.issuedAt || s.epoch !== challenge.epoch || spent.has(challenge.id));
      const { charged, lane } = chargeLane(s.lanes[charge.lane], charge, isDead);
      s.lanes[charge.lane] = lane;
      if (!charged.admitted) return charged;
      const record = recordOf(s);
      return { ...charged, record: { ...record, codes: record.codes.filter(({ type }) => charge.codes.includes(type)) } };
    },

    async settle(settlement: Settlement) {
      const { lane, now, epoch, claim, spend, audit } = settlement;
      const s = subjectOf(settlement);
      const judge = (): Outcome => {
        if (s.epoch !== epoch) return "stale";
        if (spend && spent.has(spend.id)) return "stale";
        if (!take(s, claim, now)) return "lost";
        return spend && !spendNow(spend, now) ? "stale" : "won";
      };
      const outcome = judge();
      if (outcome === "won") s.lanes[lane] = forgive(s.lanes[lane], settlement);
      append(epoch < s.erasedEpoch ? audit[outcome].map((row) => ({ ...row, ...BLANK })) : audit[outcome]);
      return outcome;
    },

    async apply(change: Change) {
      const s = subjectOf(change);
      if (!canApply({ ...s, factors: [...s.factors.values()] }, change)) return { applied: false, epoch: s.epoch };
      applyTo(s, change);
      append(change.audit);
      if (change.blank) {
        for (const row of log) if (isOf(row, change)) Object.assign(row, BLANK);
      }
      return { applied: true, epoch: s.epoch };
    },

    async factorsNotUnder({ prefix, after, limit }: { prefix: string; after: string; limit: number }) {
      const all = [...subjects].flatMap(([name, { factors }]) => {
        const [tenant, subject] = JSON.parse(name) as [string, string];
        return [...factors.values()].map((row) => ({ ...row, tenant, subject }));
      });
      const found = all.filter(({ id, secret }) => id > after && !secret.startsWith(prefix));
      return found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
    },

    async spend(once: OneTimeId, now: number) {
      return spendNow(once, now);
    },

    ...auditVerbs(log),
  });
}
