import { MOST_DEVICES } from "../conditions.ts";
import { unlocked } from "../lane.ts";
import type { Change } from "../store.ts";
import type { Session } from "./connection.ts";
import * as sql from "./statements.ts";
import type { Belongings, Subject } from "./subject.ts";

async function changeFactors(session: Session, change: Change): Promise<void> {
  const { tenant, subject, now, confirm, add, rename, reseal, remove, removeAll, raiseEpoch } = change;
  if (confirm !== undefined) await session.change(sql.CONFIRM_FACTOR, [now, tenant, subject, confirm]);
  if (add || raiseEpoch) await session.change(sql.REMOVE_PENDING, [tenant, subject]);
  if (rename) await session.change(sql.RENAME_FACTOR, [rename.name, tenant, subject, rename.id]);
  if (reseal) await session.change(sql.RESEAL_FACTOR, [reseal.to, tenant, subject, reseal.id]);
  if (remove !== undefined) await session.change(sql.REMOVE_FACTOR, [tenant, subject, remove]);
  if (removeAll) await session.change(sql.REMOVE_FACTORS, [tenant, subject]);
  if (add) await session.change(sql.ADD_FACTOR, [tenant, subject, ...sql.FACTOR.map((name) => add[name])]);
}

/** Whether a confirmed factor is left behind the change. */
const isEnrolledAfter = ({ factors }: Belongings, { confirm, add, remove, removeAll }: Change): boolean =>
  (add !== undefined && add.confirmedAt !== null) ||
  (!removeAll && factors.some(({ id, confirmedAt }) => (confirmedAt !== null || id === confirm) && id !== remove));

async function changeCodes(session: Session, before: Belongings, change: Change): Promise<void> {
  const { tenant, subject, now, remove, removeAll, codes } = change;
  if (removeAll || (remove !== undefined && !isEnrolledAfter(before, change))) await session.change(sql.REMOVE_CODES, [tenant, subject]);
  if (!codes) return;
  const { type, hashes, expiresAt } = codes;
  await session.change(sql.REMOVE_CODES_OF, [tenant, subject, type]);
  if (hashes.length === 0) return;
  await session.change(
    sql.addCodes(hashes.length),
    hashes.flatMap((hash) => [tenant, subject, type, hash, now, expiresAt]),
  );
}

async function changeDevices(session: Session, { devices }: Belongings, change: Change): Promise<void> {
  const { tenant, subject, now, addDevice, useDevice, removeDevice, removeAll, raiseEpoch } = change;
  const areAllGone = removeAll || raiseEpoch;
  if (areAllGone) await session.change(sql.REMOVE_DEVICES, [tenant, subject]);
  if (useDevice !== undefined) await session.change(sql.USE_DEVICE, [now, tenant, subject, useDevice]);
  const kept = devices.filter(({ id, expiresAt }) => id !== removeDevice && (!addDevice || expiresAt > now));
  const left = addDevice ? kept.slice(0, MOST_DEVICES - 1) : kept;
  const gone = areAllGone ? [] : devices.filter((device) => !left.includes(device)).map(({ id }) => id);
  if (gone.length > 0) await session.change(sql.removeDevices(gone.length), [tenant, subject, ...gone]);
  if (addDevice) await session.change(sql.ADD_DEVICE, [tenant, subject, ...sql.DEVICE.map((name) => addDevice[name])]);
}

/** Makes the change; gives the subject's row after it, which is yet to be saved. */
export async function applyChange(session: Session, subject: Subject, before: Belongings, change: Change): Promise<Subject> {
  const { now, unlock, require, switchedOff, raiseEpoch, blank } = change;
  await changeFactors(session, change);
  await changeCodes(session, before, change);
  await changeDevices(session, before, change);
  const { lanes, requiredSince } = subject;
  const epoch = subject.epoch + (raiseEpoch ? 1 : 0);
  return {
    epoch,
    erasedEpoch: blank ? epoch : subject.erasedEpoch,
    requiredSince: requiredSince ?? (require ? now : null),
    switchedOff: switchedOff === undefined ? subject.switchedOff : switchedOff || null,
    lanes: unlock ? { authenticator: unlocked(lanes.authenticator, now), recovery: unlocked(lanes.recovery, now) } : lanes,
  };
}
