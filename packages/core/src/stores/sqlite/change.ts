import { unlocked } from "../lane.ts";
import type { Change } from "../store.ts";
import type { Session } from "./connection.ts";
import * as sql from "./statements.ts";
import type { Rows } from "./subject.ts";

/** Trusted devices of one subject, at most. */
const MOST_DEVICES = 20;

function canChangeFactors(rows: Rows, { now, confirm, add, rename, reseal, remove }: Change): boolean {
  const all = rows.factors();
  const known = (id: string) => all.find((row) => row.id === id);
  if (confirm !== undefined) {
    const pending = known(confirm);
    if (pending?.confirmedAt !== null || (pending.expiresAt ?? 0) <= now) return false;
  }
  for (const id of [rename?.id, remove]) if (id !== undefined && (known(id)?.confirmedAt ?? null) === null) return false;
  if (reseal && known(reseal.id)?.secret !== reseal.from) return false;
  return !add || !all.some((row) => row.confirmedAt !== null && row.fingerprint === add.fingerprint);
}

function canChangeDevices(rows: Rows, { now, useDevice, removeDevice }: Change): boolean {
  if (useDevice === undefined && removeDevice === undefined) return true;
  const all = rows.devices();
  if (useDevice !== undefined && !all.some(({ id, expiresAt }) => id === useDevice && expiresAt > now)) return false;
  return removeDevice === undefined || all.some(({ id }) => id === removeDevice);
}

/** Whether a change's conditions hold. */
export function canApply(rows: Rows, change: Change): boolean {
  const { epoch, codes, switchedOff } = change;
  const marks = rows.marks();
  if (epoch !== undefined && marks.epoch !== epoch) return false;
  if (switchedOff !== undefined && (marks.switchedOff === null) === (switchedOff === "")) return false;
  const { notSince } = codes ?? {};
  if (notSince !== undefined && rows.codes().some(({ type, createdAt }) => type === codes?.type && createdAt > notSince)) return false;
  return canChangeFactors(rows, change) && canChangeDevices(rows, change);
}

function changeFactors(
  session: Session,
  { tenant, subject, now, confirm, add, rename, reseal, remove, removeAll, raiseEpoch }: Change,
): void {
  if (confirm !== undefined) session.change(sql.CONFIRM_FACTOR, now, tenant, subject, confirm);
  if (add || raiseEpoch) session.change(sql.REMOVE_PENDING, tenant, subject);
  if (rename) session.change(sql.RENAME_FACTOR, rename.name, tenant, subject, rename.id);
  if (reseal) session.change(sql.RESEAL_FACTOR, reseal.to, tenant, subject, reseal.id);
  if (remove !== undefined) session.change(sql.REMOVE_FACTOR, tenant, subject, remove);
  if (removeAll) session.change(sql.REMOVE_FACTORS, tenant, subject);
  if (add) {
    const { id, type, name, algorithm, digits, period, secret, fingerprint } = add;
    const { position, replaces, createdAt, confirmedAt, expiresAt, lastUsedAt } = add;
    const described = [tenant, subject, id, type, name, algorithm, digits, period, secret, fingerprint];
    session.change(sql.ADD_FACTOR, ...described, position, replaces, createdAt, confirmedAt, expiresAt, lastUsedAt);
  }
}

function changeCodes(session: Session, rows: Rows, { tenant, subject, now, remove, removeAll, codes }: Change): void {
  const isLastRemoved = remove !== undefined && rows.factors().every(({ confirmedAt }) => confirmedAt === null);
  if (removeAll || isLastRemoved) session.change(sql.REMOVE_CODES, tenant, subject);
  if (!codes) return;
  const { type, hashes, expiresAt } = codes;
  session.change(sql.REMOVE_CODES_OF, tenant, subject, type);
  for (const hash of hashes) session.change(sql.ADD_CODE, tenant, subject, type, hash, now, expiresAt);
}

function changeDevices(session: Session, change: Change): void {
  const { tenant, subject, now, addDevice, useDevice, removeDevice, removeAll, raiseEpoch } = change;
  if (removeAll || raiseEpoch) session.change(sql.REMOVE_DEVICES, tenant, subject);
  if (removeDevice !== undefined) session.change(sql.REMOVE_DEVICE, tenant, subject, removeDevice);
  if (useDevice !== undefined) session.change(sql.USE_DEVICE, now, tenant, subject, useDevice);
  if (addDevice) {
    const { id, hash, name, createdAt, expiresAt, lastUsedAt } = addDevice;
    session.change(sql.REMOVE_LAPSED_DEVICES, tenant, subject, now);
    session.change(sql.REMOVE_OLDEST_DEVICES, tenant, subject, tenant, subject, MOST_DEVICES - 1);
    session.change(sql.ADD_DEVICE, tenant, subject, id, hash, name, createdAt, expiresAt, lastUsedAt);
  }
}

/** Makes the change; gives the epoch after it. */
export function applyChange(session: Session, rows: Rows, change: Change): number {
  const { now, unlock, require, switchedOff, raiseEpoch, blank } = change;
  changeFactors(session, change);
  changeCodes(session, rows, change);
  changeDevices(session, change);
  if (unlock) {
    for (const lane of ["authenticator", "recovery"] as const) rows.saveLane(lane, unlocked(rows.lane(lane), now));
  }
  const before = rows.marks();
  const epoch = before.epoch + (raiseEpoch ? 1 : 0);
  if (raiseEpoch || blank || require || switchedOff !== undefined) {
    rows.saveMarks({
      epoch,
      erasedEpoch: blank ? epoch : before.erasedEpoch,
      requiredSince: before.requiredSince ?? (require ? now : null),
      switchedOff: switchedOff === undefined ? before.switchedOff : switchedOff || null,
    });
  }
  return epoch;
}
