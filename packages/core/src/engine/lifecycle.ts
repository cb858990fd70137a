import { boundClaims } from "../grants/grant.ts";
import { newRecoveryCodes } from "./codes.ts";
import { change, confirmed, type Engine } from "./engine.ts";
import { checkName } from "./enrol.ts";
import { granted } from "./grants.ts";
import { denyMissing } from "./mismatch.ts";
import { OWN_PURPOSES } from "./own-purposes.ts";
import { type Proven, prove } from "./proof.ts";
import type { Proof, Subject } from "./requests.ts";
import type { Refusal, Verification, Verified } from "./results.ts";
import { walk } from "./road.ts";
import { bearerOf, keyOf } from "./subject.ts";

/** A change raised the epoch, so its answer bears a grant of the new one: as fresh as the proof was, no fresher. */
const regranted = async (engine: Engine, subject: Subject, proven: Proven, epoch: number): Promise<Verified> =>
  await granted(engine, { ...proven, bound: boundClaims(bearerOf(subject), {}), epoch });

/** Gives an enabled authenticator another name. A name is no secret and proves nothing, so it wants no proof. */
export async function rename(engine: Engine, subject: Subject, id: string, name: string): Promise<{ ok: true } | Refusal> {
  checkName(name);
  const { applied } = await change(engine, keyOf(subject), [{ type: "factor_renamed", factorId: id }], { rename: { id, name } });
  return applied ? { ok: true } : { ok: false, reason: "unknown_factor" };
}

/** Removes one enabled authenticator. */
export async function remove(engine: Engine, subject: Subject, id: string, proof: Proof): Promise<Verification> {
  const who = keyOf(subject);
  const before = confirmed(await engine.store.read(who));
  if (before.length === 0) await denyMissing(engine, subject);
  // Before the proof, so that a mistaken id costs no code.
  if (!before.some((row) => row.id === id)) return { ok: false, reason: before.length > 0 ? "unknown_factor" : "not_enrolled" };
  const proven = await prove(engine, subject, proof, OWN_PURPOSES.remove);
  if (!proven.ok) return proven;
  // What it was proved on, and the change is made on: another removal may have come between.
  const held = confirmed(proven.record);
  const row = held.find((factor) => factor.id === id);
  if (!row) return { ok: false, reason: "unknown_factor" };
  const removed = { type: "factor_removed", method: row.type, factorId: id, proof: proven.by, last: held.length === 1 } as const;
  const { applied, epoch } = await change(engine, who, [removed], { remove: id, raiseEpoch: true, epoch: proven.epoch });
  return applied ? await regranted(engine, subject, proven, epoch) : { ok: false, reason: "expired" };
}

/** Removes every factor and recovery code. */
export async function disable(engine: Engine, subject: Subject, proof: Proof): Promise<Verification> {
  const proven = await prove(engine, subject, proof, OWN_PURPOSES.disable);
  if (!proven.ok) return proven;
  const { applied, epoch } = await change(engine, keyOf(subject), [{ type: "mfa_disabled", proof: proven.by }], {
    removeAll: true,
    raiseEpoch: true,
    epoch: proven.epoch,
  });
  return applied ? await regranted(engine, subject, proven, epoch) : { ok: false, reason: "expired" };
}

/** Puts a new set of recovery codes in place of the old one. */
export async function regenerateRecoveryCodes(engine: Engine, subject: Subject, proof: Proof): Promise<Verification> {
  if (engine.recoveryCodes === 0) return { ok: false, reason: "unsupported" };
  const proven = await prove(engine, subject, proof, OWN_PURPOSES.recoveryCodes);
  if (!proven.ok) return proven;
  const who = keyOf(subject);
  const { pepper } = await engine.openKeys();
  const { shown, kept } = newRecoveryCodes(pepper, who, engine.recoveryCodes);
  const { applied, epoch } = await change(engine, who, [{ type: "recovery_codes_replaced", count: shown.length, proof: proven.by }], {
    codes: kept,
    raiseEpoch: true,
    epoch: proven.epoch,
  });
  return applied ? { ...(await regranted(engine, subject, proven, epoch)), recoveryCodes: shown } : { ok: false, reason: "expired" };
}

/** Brings an authenticator back that ran ahead. The two codes in a row are its proof, and walk the road as one attempt. */
export async function resync(engine: Engine, subject: Subject, factorId: string, codes: readonly [string, string]): Promise<Verification> {
  const [code, next] = Array.isArray(codes) ? codes : [];
  const authTime = Math.floor(engine.clock() / 1000);
  // An absent second code must not make this a verification by the first.
  const arrived = await walk(engine, {
    who: keyOf(subject),
    code,
    next: next ?? "",
    factorId: String(factorId),
    purpose: OWN_PURPOSES.resync,
  });
  if (!arrived.ok) return arrived;
  const { factor, record } = arrived;
  const bound = boundClaims(bearerOf(subject), {});
  return await granted(engine, { bound, epoch: record.epoch, method: factor.type, amr: factor.amr, authTime });
}
