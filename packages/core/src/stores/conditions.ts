import type { Change, CodeRow, DeviceRow, FactorRow } from "./store.ts";

/** Trusted devices of one subject, at most. */
export const MOST_DEVICES = 20;

/** A day: how long a one-time id outlives its expiry, lest a clock that steps back revive it. */
export const KEEP_SPENT = 86_400_000;

/** What of a subject a change is judged by. */
export interface Before {
  readonly epoch: number;
  readonly switchedOff: string | null;
  readonly factors: readonly FactorRow[];
  readonly codes: readonly Pick<CodeRow, "type" | "createdAt">[];
  readonly devices: readonly DeviceRow[];
}

const isConfirmed = (row: FactorRow | undefined): boolean => row !== undefined && row.confirmedAt !== null;

function canChangeFactors({ factors }: Before, { now, confirm, add, rename, reseal, remove }: Change): boolean {
  const known = (id: string) => factors.find((row) => row.id === id);
  if (confirm !== undefined) {
    const pending = known(confirm);
    if (pending?.confirmedAt !== null || (pending.expiresAt ?? 0) <= now) return false;
  }
  for (const id of [rename?.id, remove]) if (id !== undefined && !isConfirmed(known(id))) return false;
  if (reseal && known(reseal.id)?.secret !== reseal.from) return false;
  return !add || !factors.some((row) => isConfirmed(row) && row.fingerprint === add.fingerprint);
}

function canChangeDevices({ devices }: Before, { now, useDevice, removeDevice }: Change): boolean {
  if (useDevice !== undefined && !devices.some(({ id, expiresAt }) => id === useDevice && expiresAt > now)) return false;
  return removeDevice === undefined || devices.some(({ id }) => id === removeDevice);
}

/** Whether a change's conditions hold. PostgreSQL's store asks the same in SQL. */
export function canApply(before: Before, change: Change): boolean {
  const { epoch, codes, switchedOff } = change;
  if (epoch !== undefined && before.epoch !== epoch) return false;
  if (switchedOff !== undefined && (before.switchedOff === null) === (switchedOff === "")) return false;
  const { notSince = Number.POSITIVE_INFINITY } = codes ?? {};
  if (before.codes.some(({ type, createdAt }) => type === codes?.type && createdAt > notSince)) return false;
  return canChangeFactors(before, change) && canChangeDevices(before, change);
}
