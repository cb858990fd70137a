import { randomUUID } from "node:crypto";
import { ConfigError } from "../errors.ts";
import type { Amr, Method } from "../factors/factor.ts";
import { generateRecoveryCode, parseRecoveryCode } from "../factors/recovery-code.ts";
import { boundClaims } from "../grants/grant.ts";
import { toBase32 } from "../otp/index.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import type { FactorRow, SubjectKey, SubjectRecord } from "../stores/store.ts";
import { bearerOf, change, confirmed, type Engine, keyOf } from "./engine.ts";
import { factorAad } from "./factor-aad.ts";
import { checkGrant, granted } from "./grants.ts";
import { LIVE_CODES } from "./options.ts";
import { walk } from "./road.ts";
import type { Proof, Refusal, Setup, Subject, Verification } from "./types.ts";

/** Milliseconds that a pending authenticator waits for its first code. */
const PENDING_LIFETIME = 15 * 60_000;

interface Proven {
  ok: true;
  by: "code" | "grant";
  epoch: number;
  method: Method;
  amr: readonly Amr[];
  /** Seconds since 1970. */
  authTime: number;
}

/**
 * A second factor, proved now or moments ago: what every change of an enrolled subject's factors needs. A
 * grant with a purpose serves that purpose alone, so an approved payment can't switch MFA off.
 */
async function prove(engine: Engine, subject: Subject, proof: Proof | undefined, purpose: string): Promise<Proven | Refusal> {
  if (proof && "code" in proof) {
    const arrived = await walk(engine, { who: keyOf(subject), code: proof.code, purpose });
    if (!arrived.ok) return arrived;
    return {
      ok: true,
      by: "code",
      epoch: arrived.record.epoch,
      method: arrived.method,
      amr: arrived.amr,
      authTime: Math.floor(engine.clock() / 1000),
    };
  }
  const checked = await checkGrant(engine, proof?.grant, bearerOf(subject), { maxAge: engine.proofMaxAge });
  const state = checked?.state ?? (await engine.store.read(keyOf(subject)));
  if (confirmed(state).length === 0) return { ok: false, reason: "not_enrolled" };
  const claims = checked?.claims;
  if (!claims || claims.purpose !== undefined || claims.bind !== undefined) return { ok: false, reason: "proof_needed" };
  return { ok: true, by: "grant", epoch: claims.epoch, method: claims.method, amr: claims.amr, authTime: claims.auth_time };
}

/** Whether one more authenticator of a type leaves few enough codes valid at once. */
function hasRoom(engine: Engine, record: SubjectRecord, type: Method): boolean {
  const types = [...confirmed(record).map((row) => row.type), type];
  const live = types.reduce((sum, held) => sum + (engine.factors.find((factor) => factor.type === held)?.liveCodes ?? 0), 0);
  return live <= LIVE_CODES;
}

function checkName(name: unknown): void {
  if (typeof name !== "string" || !/^[^\p{Cc}\p{Cs}]{1,64}$/u.test(name)) {
    throw new ConfigError("An authenticator's name has 1 to 64 characters, control characters not among them.");
  }
}

/** Makes a pending authenticator beside those that are enabled; they stay as they are. */
export async function setup(
  engine: Engine,
  subject: Subject,
  { type: asked, name = "Authenticator app", proof }: { type?: Method; name?: string; proof?: Proof } = {},
): Promise<Setup> {
  const factor = engine.factors.find((known) => known.enrol && (asked === undefined || known.type === asked));
  if (!factor?.enrol) return { ok: false, reason: "unsupported" };
  checkName(name);
  const { type } = factor;
  const who = keyOf(subject);
  const record = await engine.store.read(who);
  let { epoch } = record;
  if (confirmed(record).length > 0) {
    const proven = await prove(engine, subject, proof, "nightlatch:setup");
    if (!proven.ok) return proven;
    ({ epoch } = proven);
  }
  if (!hasRoom(engine, record, type)) return { ok: false, reason: "factor_limit" };

  const keys = await engine.openKeys();
  const now = engine.clock();
  const { secret, uri, ...settings } = factor.enrol({ issuer: engine.issuer(subject), account: subject.name ?? subject.id });
  const identity = { id: randomUUID(), type, ...settings };
  const row: FactorRow = {
    ...identity,
    name,
    secret: keys.seal.seal(secret, factorAad(who, identity)),
    fingerprint: keyedHash(keys.pepper, ["fingerprint", who.tenant, who.subject, toBase32(secret)]),
    position: -1,
    createdAt: now,
    confirmedAt: null,
    expiresAt: now + PENDING_LIFETIME,
    lastUsedAt: null,
  };
  // The epoch that was read must still be the one: otherwise a first factor was enabled meanwhile, and this wants proof.
  const { applied } = await change(engine, who, [{ type: "factor_pending", method: type, factorId: row.id }], { add: row, epoch });
  if (!applied) return { ok: false, reason: "proof_needed" };
  return { ok: true, factorId: row.id, secret: toBase32(secret), uri, expiresAt: new Date(now + PENDING_LIFETIME) };
}

function newRecoveryCodes(
  engine: Engine,
  pepper: Parameters<typeof keyedHash>[0],
  { tenant, subject }: SubjectKey,
): { codes: string[]; hashes: string[] } {
  const codes = Array.from({ length: engine.recoveryCodes }, generateRecoveryCode);
  return { codes, hashes: codes.map((code) => keyedHash(pepper, ["recovery", tenant, subject, parseRecoveryCode(code) as string])) };
}

/** Enables the pending authenticator by its first code. */
export async function enable(
  engine: Engine,
  subject: Subject,
  { code, factorId }: { code: string; factorId?: string },
): Promise<Verification> {
  const who = keyOf(subject);
  const enrollable = engine.factors.filter(({ enrol }) => enrol).map(({ type }) => type);
  const arrived = await walk(engine, {
    who,
    code,
    methods: enrollable,
    purpose: "nightlatch:enable",
    rows: (record, now) =>
      record.factors.filter(
        (row) => row.confirmedAt === null && (row.expiresAt ?? 0) > now && (factorId === undefined || row.id === factorId),
      ),
  });
  if (!arrived.ok) return arrived;
  const { record, method, amr, factorId: confirm = "" } = arrived;
  // Asked again: what set-up saw may have changed since, and adding an authenticator raises no epoch.
  if (!hasRoom(engine, record, method)) return { ok: false, reason: "factor_limit" };
  const authTime = Math.floor(engine.clock() / 1000);
  const isFirst = confirmed(record).length === 0;
  const keys = await engine.openKeys();
  const fresh = isFirst && engine.recoveryCodes > 0 ? newRecoveryCodes(engine, keys.pepper, who) : undefined;
  const { applied, epoch } = await change(
    engine,
    who,
    [
      { type: "factor_enabled", method, factorId: confirm },
      ...(fresh ? [{ type: "recovery_codes_issued", count: fresh.codes.length } as const] : []),
    ],
    // The first factor raises the epoch, so that nothing decided while there was none is carried out after it.
    { confirm, epoch: record.epoch, raiseEpoch: isFirst, ...(fresh ? { recoveryHashes: fresh.hashes } : {}) },
  );
  if (!applied) return { ok: false, reason: "expired" };
  const verified = await granted(engine, { bound: boundClaims(bearerOf(subject), {}), epoch, method, amr, authTime });
  return { ...verified, ...(fresh ? { recoveryCodes: fresh.codes } : {}) };
}

/** Gives an enabled authenticator another name. A name is no secret and proves nothing, so it wants no proof. */
export async function rename(engine: Engine, subject: Subject, id: string, name: string): Promise<{ ok: true } | Refusal> {
  checkName(name);
  const { applied } = await change(engine, keyOf(subject), [{ type: "factor_renamed", factorId: id }], { rename: { id, name } });
  return applied ? { ok: true } : { ok: false, reason: "unknown_factor" };
}

/** Removes one enabled authenticator. */
export async function remove(engine: Engine, subject: Subject, id: string, proof: Proof): Promise<Verification> {
  const who = keyOf(subject);
  const held = confirmed(await engine.store.read(who));
  const row = held.find((factor) => factor.id === id);
  // Before the proof, so that a mistaken id costs no code.
  if (!row) return { ok: false, reason: held.length > 0 ? "unknown_factor" : "not_enrolled" };
  const proven = await prove(engine, subject, proof, "nightlatch:remove");
  if (!proven.ok) return proven;
  const removed = { type: "factor_removed", method: row.type, factorId: id, proof: proven.by, last: held.length === 1 } as const;
  const { applied, epoch } = await change(engine, who, [removed], { remove: id, raiseEpoch: true, epoch: proven.epoch });
  if (!applied) return { ok: false, reason: "expired" };
  return await granted(engine, { ...proven, bound: boundClaims(bearerOf(subject), {}), epoch });
}

/** Removes every factor and recovery code. */
export async function disable(engine: Engine, subject: Subject, proof: Proof): Promise<Verification> {
  const proven = await prove(engine, subject, proof, "nightlatch:disable");
  if (!proven.ok) return proven;
  const { applied, epoch } = await change(engine, keyOf(subject), [{ type: "mfa_disabled", proof: proven.by }], {
    removeAll: true,
    raiseEpoch: true,
    epoch: proven.epoch,
  });
  if (!applied) return { ok: false, reason: "expired" };
  return await granted(engine, { ...proven, bound: boundClaims(bearerOf(subject), {}), epoch });
}

/** Puts a new set of recovery codes in place of the old one. */
export async function regenerateRecoveryCodes(engine: Engine, subject: Subject, proof: Proof): Promise<Verification> {
  if (engine.recoveryCodes === 0) return { ok: false, reason: "unsupported" };
  const proven = await prove(engine, subject, proof, "nightlatch:recovery-codes");
  if (!proven.ok) return proven;
  const who = keyOf(subject);
  const keys = await engine.openKeys();
  const { codes, hashes } = newRecoveryCodes(engine, keys.pepper, who);
  const { applied, epoch } = await change(engine, who, [{ type: "recovery_codes_replaced", count: codes.length, proof: proven.by }], {
    recoveryHashes: hashes,
    raiseEpoch: true,
    epoch: proven.epoch,
  });
  if (!applied) return { ok: false, reason: "expired" };
  return { ...(await granted(engine, { ...proven, bound: boundClaims(bearerOf(subject), {}), epoch })), recoveryCodes: codes };
}
