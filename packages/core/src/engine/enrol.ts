import { randomUUID } from "node:crypto";
import { ConfigError } from "../errors.ts";
import type { Enrolment, Factor, ImportedFactor, Method } from "../factors/factor.ts";
import { boundClaims } from "../grants/grant.ts";
import { NAME } from "../internal/forms.ts";
import { parseKeyUri, toBase32 } from "../otp/index.ts";
import { SHORT_SECRET } from "../otp/secret.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import type { FactorRow, SubjectKey, SubjectRecord } from "../stores/store.ts";
import { challengeOver, type Enroller, enroller, markOf, stepUpChallenge } from "./challenges.ts";
import { newRecoveryCodes } from "./codes.ts";
import { change, confirmed, type Engine, type OpenKeys } from "./engine.ts";
import { factorAad } from "./factor-aad.ts";
import { granted } from "./grants.ts";
import { LIVE_CODES, liveCodes } from "./live-codes.ts";
import { denyMissing } from "./mismatch.ts";
import { OWN_PURPOSES } from "./own-purposes.ts";
import { isCodeProof, prove } from "./proof.ts";
import type { Enrolling, Proof, SetupOptions, Subject } from "./requests.ts";
import type { Refusal, Setup, Verification } from "./results.ts";
import { walk } from "./road.ts";
import { bearerOf, keyOf } from "./subject.ts";

/** Milliseconds that a pending authenticator waits for its first code. */
const PENDING_LIFETIME = 15 * 60_000;

/** Bytes under which a secret is never taken over (80 bits). */
const SHORTEST_SECRET = 10;

const DEFAULT_NAME = "Authenticator app";

/** Refuses a name that is none. */
export function checkName(name: unknown): void {
  if (typeof name !== "string" || !NAME.test(name))
    throw new ConfigError("An authenticator's name has 1 to 64 characters, control characters not among them.");
}

/** Whether one more authenticator of a type leaves few enough codes valid at once. */
function hasRoom(engine: Engine, record: SubjectRecord, added: Method, replaces?: string | null): boolean {
  const kept = confirmed(record).filter(({ id }) => id !== replaces);
  return liveCodes(engine, [...kept.map(({ type }) => type), added]) <= LIVE_CODES;
}

/** A new row, sealed; pending unless said otherwise. */
function newRow(keys: OpenKeys, who: SubjectKey, type: Method, name: string, made: Omit<Enrolment, "uri">, now: number): FactorRow {
  const { secret, algorithm, digits, period, position = -1 } = made;
  const identity = { id: randomUUID(), type, algorithm, digits, period };
  return {
    ...identity,
    name,
    secret: keys.seal.seal(secret, factorAad(who, identity)),
    fingerprint: keyedHash(keys.pepper, ["fingerprint", who.tenant, who.subject, toBase32(secret)]),
    position,
    replaces: null,
    createdAt: now,
    confirmedAt: null,
    expiresAt: now + PENDING_LIFETIME,
    lastUsedAt: null,
  };
}

/** The proof that the first authenticator needs where the host wants a delivered code for it; the epoch it was given on. */
async function proveMailbox(
  engine: Engine,
  { subject, signingIn }: Enroller,
  proof: Proof | undefined,
): Promise<{ ok: true; epoch: number } | Refusal> {
  // Whoever signs in by that mailbox has just proved it.
  if (signingIn && engine.via !== undefined && signingIn.amr.includes(engine.via)) return { ok: true, epoch: signingIn.epoch };
  if (!isCodeProof(proof)) return { ok: false, reason: "proof_needed" };
  const claims = signingIn ?? (await stepUpChallenge(engine, proof.challenge, subject, OWN_PURPOSES.setup));
  // A code that was read out for something else must not bind an authenticator: its message named its purpose.
  if (!claims || (!signingIn && claims.purpose !== OWN_PURPOSES.setup)) return await challengeOver(engine, OWN_PURPOSES.setup);
  const arrived = await walk(engine, {
    who: keyOf(subject),
    code: proof.code,
    methods: engine.via === undefined ? [] : [engine.via],
    purpose: OWN_PURPOSES.setup,
    // The sign-in is completed by the authenticator's first code, so its challenge lives until then.
    challenge: { ...markOf(claims), isKept: signingIn !== undefined },
  });
  return arrived.ok ? { ok: true, epoch: arrived.record.epoch } : arrived;
}

/** Makes a pending authenticator beside those that are enabled; they stay as they are. */
export async function setup(
  engine: Engine,
  who: Subject | Enrolling,
  { type, name = DEFAULT_NAME, replaces, proof }: SetupOptions = {},
): Promise<Setup> {
  const factor = engine.factors.find((known) => known.enrol && (type === undefined || known.type === type));
  if (!factor?.enrol) return { ok: false, reason: "unsupported" };
  checkName(name);
  const enrolling = await enroller(engine, who);
  if (!enrolling) return { ok: false, reason: "expired" };
  const { subject, signingIn } = enrolling;
  const key = keyOf(subject);
  const record = await engine.store.read(key);
  if (signingIn && signingIn.epoch !== record.epoch) return { ok: false, reason: "expired" };
  if (confirmed(record).length === 0) await denyMissing(engine, subject);
  if (replaces !== undefined && !confirmed(record).some(({ id }) => id === replaces)) return { ok: false, reason: "unknown_factor" };
  let { epoch } = record;
  if (confirmed(record).length > 0 || engine.via !== undefined) {
    const proven =
      confirmed(record).length > 0 ? await prove(engine, subject, proof, OWN_PURPOSES.setup) : await proveMailbox(engine, enrolling, proof);
    if (!proven.ok) return proven;
    ({ epoch } = proven);
  }
  if (!hasRoom(engine, record, factor.type, replaces)) return { ok: false, reason: "factor_limit" };

  const keys = await engine.openKeys();
  const now = engine.clock();
  const { uri, ...made } = factor.enrol({ issuer: engine.issuer(subject), account: subject.name ?? subject.id });
  const row = { ...newRow(keys, key, factor.type, name, made, now), replaces: replaces ?? null };
  // The epoch that was read must still be the one: otherwise a first factor was enabled meanwhile, and this wants proof.
  const { applied } = await change(engine, key, [{ type: "factor_pending", method: factor.type, factorId: row.id }], { add: row, epoch });
  if (!applied) return { ok: false, reason: "proof_needed" };
  return { ok: true, factorId: row.id, secret: toBase32(made.secret), uri, expiresAt: new Date(now + PENDING_LIFETIME) };
}

/** Enables the pending authenticator by its first code, and completes a sign-in that waited for it. */
export async function enable(
  engine: Engine,
  who: Subject | Enrolling,
  { code, factorId }: { code: string; factorId?: string },
): Promise<Verification> {
  const enrolling = await enroller(engine, who);
  if (!enrolling) return await challengeOver(engine, OWN_PURPOSES.enable);
  const { subject, signingIn } = enrolling;
  const key = keyOf(subject);
  const arrived = await walk(engine, {
    who: key,
    code,
    factorId,
    methods: engine.factors.filter(({ enrol }) => enrol).map(({ type }) => type),
    purpose: OWN_PURPOSES.enable,
    challenge: signingIn && markOf(signingIn),
    rows: (record, now) => record.factors.filter((row) => row.confirmedAt === null && (row.expiresAt ?? 0) > now),
  });
  if (!arrived.ok) return arrived;
  const { record, factor, row, learned } = arrived;
  if (!row) return { ok: false, reason: "invalid" };
  // Asked again: what set-up saw may have changed since, and adding an authenticator raises no epoch.
  if (!hasRoom(engine, record, factor.type, row.replaces)) return { ok: false, reason: "factor_limit" };
  const authTime = Math.floor(engine.clock() / 1000);
  const isFirst = confirmed(record).length === 0;
  if (isFirst) await denyMissing(engine, subject);
  const keys = await engine.openKeys();
  const fresh = isFirst && engine.recoveryCodes > 0 ? newRecoveryCodes(keys.pepper, key, engine.recoveryCodes) : undefined;
  const { applied, epoch } = await change(
    engine,
    key,
    [
      { type: "factor_enabled", method: factor.type, factorId: row.id, ...(row.replaces === null ? {} : { replaces: row.replaces }) },
      ...(fresh ? [{ type: "recovery_codes_issued", count: fresh.shown.length } as const] : []),
    ],
    {
      confirm: row.id,
      epoch: record.epoch,
      // The first factor raises the epoch, so that nothing decided while there was none is carried out after it;
      // one in place of another, since what the old one earned goes with it.
      raiseEpoch: isFirst || row.replaces !== null,
      ...(row.replaces === null ? {} : { remove: row.replaces }),
      ...(learned ? { reseal: { id: row.id, from: row.secret, to: keys.seal.seal(learned, factorAad(key, row)) } } : {}),
      ...(fresh ? { codes: fresh.kept } : {}),
    },
  );
  if (!applied) return { ok: false, reason: "expired" };
  const amr = [...(signingIn?.amr ?? []), ...factor.amr];
  const verified = await granted(engine, { bound: boundClaims(bearerOf(subject), {}), epoch, method: factor.type, amr, authTime });
  return { ...verified, ...(fresh ? { recoveryCodes: fresh.shown } : {}) };
}

/** What is to be taken over, whichever form it came in. */
function imported(from: string | ImportedFactor): ImportedFactor {
  return typeof from === "string" ? parseKeyUri(from) : from;
}

/** Checks what is taken over, and gives what its row starts from. */
function adopted(factor: Factor | undefined, from: ImportedFactor, allowShort: boolean): Omit<Enrolment, "uri"> {
  if (!factor?.adopt) throw new RangeError(`Its type is ${JSON.stringify(from.type)}, and factors lists none that takes it over.`);
  const made = factor.adopt(from);
  const bits = made.secret.length * 8;
  // RFC 4226 §4 R6: a shared secret has 128 bits at least.
  if (made.secret.length < SHORTEST_SECRET)
    throw new RangeError(`Its secret has ${bits} bits; under 80 it can be guessed, so its owner has to enrol anew.`);
  if (made.secret.length < SHORT_SECRET && !allowShort) {
    throw new RangeError(
      `Its secret has ${bits} bits, under the 128 of RFC 4226 §4; take it with allowShort, and its owner is asked to enrol anew.`,
    );
  }
  return made;
}

/** Takes over an authenticator that is in use elsewhere. */
export async function importFactor(
  engine: Engine,
  subject: Subject,
  from: string | ImportedFactor,
  { allowShort = false, name: asked }: { allowShort?: boolean; name?: string } = {},
): Promise<{ ok: true; factorId: string; short: boolean } | Refusal> {
  let type: Method;
  let made: Omit<Enrolment, "uri">;
  let name: string;
  try {
    const secret = imported(from);
    ({ type } = secret);
    name = asked ?? secret.name ?? DEFAULT_NAME;
    made = adopted(
      engine.factors.find((factor) => factor.type === type),
      secret,
      allowShort === true,
    );
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ConfigError(`This authenticator can't be taken over. ${cause.message}`, { cause });
  }
  checkName(name);
  const key = keyOf(subject);
  const record = await engine.store.read(key);
  const keys = await engine.openKeys();
  const now = engine.clock();
  const row = { ...newRow(keys, key, type, name, made, now), confirmedAt: now, expiresAt: null };
  // Asked first, so that a migration can be run again for whoever has no room for another.
  if (confirmed(record).some(({ fingerprint }) => fingerprint === row.fingerprint)) return { ok: false, reason: "already_enrolled" };
  if (!hasRoom(engine, record, type)) return { ok: false, reason: "factor_limit" };
  const short = made.secret.length < SHORT_SECRET;
  const { applied, epoch } = await change(engine, key, [{ type: "factor_imported", method: type, factorId: row.id, short }], {
    add: row,
    epoch: record.epoch,
    raiseEpoch: confirmed(record).length === 0,
  });
  if (applied) return { ok: true, factorId: row.id, short };
  return { ok: false, reason: epoch === record.epoch ? "already_enrolled" : "expired" };
}
