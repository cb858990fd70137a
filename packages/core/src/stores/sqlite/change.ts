import { MOST_DEVICES } from "../conditions.ts";
import { unlocked } from "../lane.ts";
import type { Change } from "../store.ts";
import type { Session } from "./connection.ts";
import * as sql from "./statements.ts";
import type { Rows } from "./subject.ts";

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
