import { randomBytes, randomUUID } from "node:crypto";
import type { Mfa, Subject, Verification } from "../src/index.ts";
import { fromBase32, hotp, toBase32, totp } from "../src/otp/index.ts";

/** The keyring's key; what it says is looked for like any other secret. */
export const KEYRING_SECRET = Buffer.from("canary-of-the-keyring-0123456789").toString("base64");

const STEP = 30_000;

/** A clock that moves by hand. */
export const newClock = (): { now: number } => ({ now: Date.UTC(2030, 0, 1, 12, 0, 15) });

/** What a round is run on. */
export interface Round {
  number: number;
  mfa: Mfa;
  /** The same engine with public keys. */
  signing: Mfa;
  /** The same engine over a store that fails. */
  down: Mfa;
  clock: { now: number };
  /** Codes that were delivered, newest last. */
  sent: string[];
  /** Every secret of the round, with its kind. */
  known: Map<string, string>;
}

/**
 * One subject's life, with a second factor and an admin: every verb, right and wrong, with secrets also where none
 * belongs, such as a grant typed for a code.
 */
export async function canaryRound(round: Round, onError: (error: unknown) => void): Promise<void> {
  const { number, mfa, clock, known } = round;
  const secret = (kind: string, text: string | undefined): string => {
    if (!text) throw new Error(`There is no ${kind}.`);
    known.set(text, kind);
    return text;
  };
  const attempt = async (run: () => Promise<unknown>): Promise<unknown> => await run().catch((error) => onError(error));
  const some = (what: string): Subject => ({
    id: `${what}-${number}`,
    name: secret("address", `${what}-${randomUUID().slice(0, 8)}@example.com`),
    session: secret("session", `session-${randomBytes(16).toString("hex")}`),
    ...(number % 2 ? { tenant: "north" } : {}),
  });
  const granted = (verification: Verification | undefined): string => {
    if (!verification?.ok) throw new Error(`Refused: ${JSON.stringify(verification)}`);
    for (const code of verification.recoveryCodes ?? []) {
      secret("recovery code", code);
      secret("recovery code", code.replaceAll("-", ""));
    }
    if (verification.device) secret("device", verification.device.token);
    return secret("grant", verification.grant);
  };
  const codeOf = (bytes: Uint8Array): string => {
    clock.now += STEP;
    return secret("code", totp(bytes, clock.now));
  };
  const wrong = (): string => secret("code", String(Math.floor(Math.random() * 1e8)).padStart(8, "0"));
  const kept = (bytes: Uint8Array): Uint8Array => {
    secret("factor secret", toBase32(bytes));
    secret("factor secret", Buffer.from(bytes).toString("hex"));
    secret("factor secret", Buffer.from(bytes).toString("base64url"));
    return bytes;
  };
  const enrol = async (subject: Subject) => {
    const set = await mfa.factors.setup(subject);
    if (!set.ok) throw new Error(`Refused: ${set.reason}`);
    const bytes = kept(fromBase32(secret("factor secret", set.secret)));
    secret("key URI", set.uri);
    await mfa.factors.enable(subject, { code: wrong() });
    const enabled = await mfa.factors.enable(subject, { code: codeOf(bytes) });
    const grant = granted(enabled);
    return { bytes, grant, factorId: set.factorId, recoveryCodes: enabled.ok ? (enabled.recoveryCodes ?? []) : [] };
  };
  const challengeOf = async (subject: Subject, purpose?: string): Promise<string> =>
    secret("challenge", (await mfa.challenge(subject, purpose === undefined ? {} : { purpose })).challenge);

  const [user, boss] = [some("user"), some("boss")];
  await mfa.status(user);
  await mfa.signIn(user, { amr: ["pwd"] });
  const { bytes, grant, recoveryCodes } = await enrol(user);
  const admin = await enrol(boss);

  // Signing in, with a device that is trusted, and its wrong ways.
  const step = await mfa.signIn(user, { amr: ["pwd"] });
  if (!step.required) throw new Error("No second step was required.");
  secret("challenge", step.challenge);
  await mfa.verify({ challenge: step.challenge, code: wrong() });
  const code = codeOf(bytes);
  const session = user.session ?? "";
  const signedIn = await mfa.verify({ challenge: step.challenge, code, session, device: { name: "Laptop" } });
  const fresh = granted(signedIn);
  await mfa.verify({ subject: user, code });
  const device = signedIn.ok ? signedIn.device?.token : undefined;
  await mfa.signIn(user, { amr: ["pwd"], ...(device ? { device } : {}) });
  const [first] = await mfa.devices.list(user);
  if (first) await mfa.devices.revoke(user, first.id);
  await attempt(() => mfa.signIn(some("stranger"), { amr: ["pwd"], enrolled: true }));

  // Codes that are delivered; one delivery of three fails.
  for (const by of ["email", "sms"] as const) {
    const challenge = await challengeOf(user, "booking.cancel");
    await attempt(() => mfa.deliver(challenge, by));
    const delivered = secret("delivered code", round.sent.at(-1));
    const answered = await mfa.verify({ subject: user, challenge, code: delivered });
    if (answered.ok) granted(answered);
    clock.now += 2 * STEP;
  }

  // Secrets where none belongs.
  for (const odd of [grant, fresh, toBase32(bytes), recoveryCodes[0] ?? "", user.name ?? "", `${code} ${code}`]) {
    await attempt(() => mfa.verify({ subject: user, code: odd.slice(0, 64) }));
    await attempt(() => mfa.verify({ challenge: odd, code }));
    await attempt(() => mfa.verifyGrant(odd, user));
    await attempt(() => mfa.deliver(odd, "email"));
    await attempt(() => mfa.factors.rename(user, odd, "Phone"));
    await attempt(() => mfa.factors.setup(user, { type: odd as never, proof: { code: odd } }));
    await attempt(() => mfa.factors.import(user, `otpauth://totp/x?secret=${odd}`));
    await attempt(() => mfa.challenge(user, { purpose: odd }));
  }
  for (const run of [
    () => round.down.verify({ subject: user, code }),
    () => round.down.verifyGrant(fresh, user),
    () => round.down.status(user),
    () => mfa.verify({ subject: user, code: 5 as never }),
    () => mfa.status({ ...user, id: "" }),
  ]) {
    await attempt(run);
  }

  // What an admin does; the locks first run full.
  for (let n = 0; n < 7; n += 1) await mfa.verify({ subject: user, code: wrong() });
  await mfa.verify({ subject: user, code: recoveryCodes[1] ?? "" }).then(granted);
  await mfa.verify({ subject: user, code: recoveryCodes[1] ?? "" });
  const by = { actor: boss, grant: admin.grant, reason: "asked for it by telephone" };
  await mfa.admin.unlock(user, { ...by, grant: fresh });
  await mfa.admin.unlock(user, by);
  await mfa.admin.switchOff(user, by);
  await mfa.admin.switchOn(user, by);
  await mfa.verifyGrant(fresh, user);

  // Changes of factors.
  const proof = async () => ({ grant: granted(await mfa.verify({ subject: user, code: codeOf(bytes) })) });
  granted(await mfa.regenerateRecoveryCodes(user, await proof()));
  const counted = kept(randomBytes(20));
  const uri = secret("key URI", `otpauth://hotp/Canary:user?secret=${toBase32(counted)}&counter=0`);
  const imported = await mfa.factors.import(user, uri);
  if (!imported.ok) throw new Error(`Refused: ${imported.reason}`);
  const pair = [secret("code", hotp(counted, 40)), secret("code", hotp(counted, 41))] as const;
  granted(await mfa.factors.resync(user, imported.factorId, pair));
  await mfa.factors.list(user);
  await mfa.factors.rename(user, imported.factorId, "Token");
  granted(await mfa.factors.remove(user, imported.factorId, await proof()));
  await mfa.revoke(user);
  granted(await mfa.disable(user, { code: codeOf(bytes) }));
  await enrol(user);
  await mfa.admin.reset(user, { ...by, grant: granted(await mfa.verify({ subject: boss, code: codeOf(admin.bytes) })) });

  // Each of these reads or touches the whole log, or leaves another key to try.
  if (number % 500 === 0) {
    for (const use of ["seal", "grant", "audit"] as const) await mfa.keys.rotate(use);
    await mfa.keys.reseal();
    await round.signing.jwks();
    await mfa.audit.list({ subject: user });
    await mfa.audit.timeline({ from: new Date(clock.now - 3_600_000), to: new Date(clock.now), bucket: "hour" });
    await mfa.audit.seal();
    await mfa.audit.sealed({ limit: 1 });
    await mfa.audit.compare();
    await mfa.audit.prune({ olderThan: "400d" });
  }
  if (number % 5 === 0) await mfa.admin.erase(user);
}
