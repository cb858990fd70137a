import { randomBytes, randomUUID } from "node:crypto";
import { ConfigError } from "../errors.ts";
import { equal } from "../internal/equal.ts";
import { NAME } from "../internal/forms.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import type { DeviceRow, SubjectKey, SubjectState } from "../stores/store.ts";
import { change, type Engine } from "./engine.ts";
import type { Subject } from "./requests.ts";
import type { DeviceInfo, Refusal, Verified } from "./results.ts";
import { keyOf } from "./subject.ts";

/** A longer text is no token of ours. */
const LONGEST_TOKEN = 128;

/** Refuses a device's name that is none. */
export function checkDeviceName(device: { name: string }): void {
  if (typeof device?.name !== "string" || !NAME.test(device?.name))
    throw new ConfigError("A device's name has 1 to 64 characters, control characters not among them.");
}

/**
 * The hash that a device is known by: bound to whose it is, to the epoch, so that a change of factors ends it,
 * and to its end, so that an edited row trusts it no longer than it was to be trusted.
 */
async function deviceHash(
  engine: Engine,
  { tenant, subject }: SubjectKey,
  epoch: number,
  expiresAt: number,
  token: string,
): Promise<string> {
  const { pepper } = await engine.openKeys();
  return keyedHash(pepper, ["device", tenant, subject, String(epoch), String(expiresAt), token]);
}

/** Trusts the device that a sign-in was completed on; `undefined` where that is not offered, or the factors changed meanwhile. */
export async function trustDevice(
  engine: Engine,
  who: SubjectKey,
  epoch: number,
  { name }: { name: string },
): Promise<Verified["device"] | undefined> {
  if (engine.deviceLifetime === 0) return undefined;
  const now = engine.clock();
  const id = randomUUID();
  const token = randomBytes(32).toString("base64url");
  const expiresAt = now + engine.deviceLifetime;
  const row: DeviceRow = {
    id,
    hash: await deviceHash(engine, who, epoch, expiresAt, token),
    name,
    createdAt: now,
    expiresAt,
    lastUsedAt: null,
  };
  const { applied } = await change(engine, who, [{ type: "device_trusted", deviceId: id }], { addDevice: row, epoch });
  return applied ? { id, token, expiresAt: new Date(expiresAt) } : undefined;
}

/** The id of the trusted device whose token this is, noted as used; `undefined` for any other. */
export async function useDevice(
  engine: Engine,
  who: SubjectKey,
  { devices, epoch }: SubjectState,
  token: unknown,
): Promise<string | undefined> {
  if (engine.deviceLifetime === 0 || typeof token !== "string" || token.length > LONGEST_TOKEN) return undefined;
  const now = engine.clock();
  // Trust that was given for longer than it is given for now has ended.
  const trusted = devices.filter(({ createdAt, expiresAt }) => Math.min(expiresAt, createdAt + engine.deviceLifetime) > now);
  const hashes = await Promise.all(trusted.map(({ expiresAt }) => deviceHash(engine, who, epoch, expiresAt, token)));
  const device = trusted.find(({ hash }, index) => equal(hash, hashes[index] ?? ""));
  if (!device) return undefined;
  // Only a device that is still there when its use is noted was trusted: one revoked meanwhile is not.
  const { applied } = await change(engine, who, [{ type: "device_used", deviceId: device.id }], { useDevice: device.id, epoch });
  return applied ? device.id : undefined;
}

/** The devices that are trusted now, newest first. */
export async function listDevices(engine: Engine, subject: Subject): Promise<DeviceInfo[]> {
  const { devices } = await engine.store.read(keyOf(subject));
  const now = engine.clock();
  return devices
    .filter(({ expiresAt }) => expiresAt > now)
    .map(({ id, name, createdAt, expiresAt, lastUsedAt }) => ({
      id,
      name,
      createdAt: new Date(createdAt),
      expiresAt: new Date(expiresAt),
      ...(lastUsedAt === null ? {} : { lastUsedAt: new Date(lastUsedAt) }),
    }));
}

/** Trusts a device no longer. Giving trust up wants no proof. */
export async function revokeDevice(engine: Engine, subject: Subject, deviceId: string): Promise<{ ok: true } | Refusal> {
  const { applied } = await change(engine, keyOf(subject), [{ type: "device_revoked", deviceId }], { removeDevice: deviceId });
  return applied ? { ok: true } : { ok: false, reason: "unknown_device" };
}
