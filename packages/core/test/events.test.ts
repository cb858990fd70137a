import { describe, expect, it } from "vitest";
import { createMfa, type Delivery, email, enrolledBy, hotp, type MfaEvent, type MfaOptions, totp as totpFactor } from "../src/index.ts";
import { fromBase32, hotp as hotpCode, totp } from "../src/otp/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good, HOUR, MINUTE, required, STEP } from "./support/kit.ts";

/** An event without what every one has. */
const told = ({ id: _, at: __, subject: ___, tenant: ____, ...rest }: MfaEvent): object => rest;

async function start(options: Partial<MfaOptions> = {}) {
  const kit = createKit(createMfa, memoryStore());
  const mfa = await kit.mfa(options);
  const user = await kit.enrolled(mfa);
  kit.events.length = 0;
  /** The events since the last call, in the order of the log. */
  const since = (): object[] => kit.events.splice(0).map(told);
  return { kit, mfa, user, since, subject: user.subject, factorId: user.factorId };
}

describe("what an event says of who is enrolled", () => {
  it("A52 is true from the first authenticator on, and false from the removal of the last", async () => {
    const { kit, mfa, subject, factorId, user } = await start();
    const said = (): (boolean | undefined)[] => kit.events.splice(0).map(enrolledBy);
    const second = good(await mfa.factors.setup(subject, { proof: { grant: user.grant } }));
    expect(said()).toEqual([undefined]);
    const { grant } = good(await mfa.factors.enable(subject, { code: totp(fromBase32(second.secret), kit.clock.now) }));
    expect(said()).toEqual([undefined, true]);
    const first = good(await mfa.factors.remove(subject, factorId, { grant }));
    expect(said()).toEqual([undefined]);
    good(await mfa.factors.remove(subject, second.factorId, { grant: first.grant }));
    expect(said()).toEqual([false]);
    const again = await kit.enrolled(mfa, subject);
    expect(said()).toEqual([undefined, undefined, true, undefined]);
    good(await mfa.disable(subject, { grant: again.grant }));
    expect(said()).toEqual([false]);
    const admin = await kit.enrolled(mfa);
    good(await mfa.factors.import(subject, user.uri));
    kit.events.length = 0;
    good(await mfa.admin.reset(subject, { actor: admin.subject, grant: admin.grant, reason: "ticket 7" }));
    expect(said()).toEqual([false]);
    good(await mfa.factors.import(subject, user.uri));
    expect(said()).toEqual([true]);
  });
});

describe("what is told of an attempt", () => {
  it("R41 a right code: its method, its authenticator, how far off that is, and what it was for", async () => {
    const { mfa, user, subject, factorId, since, kit } = await start();
    good(await mfa.verify({ subject, code: user.code() }));
    expect(since()).toStrictEqual([{ type: "verified", method: "totp", factorId, drift: 0 }]);
    good(await mfa.verify({ subject, code: user.code(1), demand: { purpose: "pay" } }));
    expect(since()).toStrictEqual([{ type: "verified", method: "totp", factorId, purpose: "pay", drift: 1 }]);
    kit.clock.advance(HOUR);
    const { challenge } = await mfa.challenge(subject, { purpose: "buy" });
    good(await mfa.verify({ subject, challenge, code: user.code(-1) }));
    expect(since()).toStrictEqual([{ type: "verified", method: "totp", factorId, purpose: "buy", drift: -1 }]);
  });

  it("R26 R41 a recovery code: that it was one, and how many are left", async () => {
    const { mfa, user, subject, since } = await start();
    const { recoveryCodesLeft } = good(await mfa.verify({ subject, code: user.recoveryCodes[3] ?? "" }));
    expect(recoveryCodesLeft).toBe(9);
    expect(since()).toStrictEqual([
      { type: "verified", method: "recovery_code" },
      { type: "recovery_code_used", left: 9 },
    ]);
  });

  it("R11 R41 wrong and used codes, the lock that they bring, the first refusal under it, and after it how many there were", async () => {
    const { kit, mfa, user, subject, factorId, since } = await start();
    const code = user.code();
    good(await mfa.verify({ subject, code }));
    since();
    expect(await mfa.verify({ subject, code, demand: { purpose: "pay" } })).toStrictEqual({
      ok: false,
      reason: "replayed",
      attemptsLeft: 4,
    });
    expect(since()).toStrictEqual([{ type: "code_replayed", method: "totp", factorId, purpose: "pay" }]);
    await mfa.verify({ subject, code: user.wrong() });
    await mfa.verify({ subject, code: user.wrong(), demand: { purpose: "pay" } });
    expect(since()).toStrictEqual([
      { type: "verification_failed", lane: "authenticator", attemptsLeft: 3 },
      { type: "verification_failed", lane: "authenticator", purpose: "pay", attemptsLeft: 2 },
    ]);
    await mfa.verify({ subject, code: user.wrong() });
    since();
    const until = kit.clock.now + 15 * MINUTE;
    expect(await mfa.verify({ subject, code })).toStrictEqual({ ok: false, reason: "replayed", attemptsLeft: 0, retryAfter: 900 });
    expect(since()).toStrictEqual([
      { type: "code_replayed", method: "totp", factorId },
      { type: "locked", lane: "authenticator", until },
    ]);
    kit.clock.advance(1);
    for (let n = 0; n < 3; n += 1) {
      expect(await mfa.verify({ subject, code })).toStrictEqual({ ok: false, reason: "locked", retryAfter: 900 });
    }
    expect(since()).toStrictEqual([{ type: "refused", lane: "authenticator", until }]);
    kit.clock.now = until;
    await mfa.verify({ subject, code: user.wrong() });
    expect(since()).toStrictEqual([{ type: "verification_failed", lane: "authenticator", attemptsLeft: 4, refusals: 3 }]);
    kit.clock.advance(STEP);
    good(await mfa.verify({ subject, code: user.code() }));
    expect(since()).toStrictEqual([{ type: "verified", method: "totp", factorId, drift: 0 }]);
  });

  it("R16 R41 failures over days raise a notice, once", async () => {
    const { kit, mfa, user, subject, since } = await start({ lockout: { failures: 10, notice: 3 } });
    for (let n = 1; n <= 4; n += 1) await mfa.verify({ subject, code: user.wrong() });
    expect(since().slice(2)).toStrictEqual([
      { type: "verification_failed", lane: "authenticator", attemptsLeft: 7 },
      { type: "guessing_noticed", lane: "authenticator", tally: 3 },
      { type: "verification_failed", lane: "authenticator", attemptsLeft: 6 },
    ]);
    expect((await mfa.audit.list({ subject, limit: 1000 })).events.map(({ at }) => at.getTime()).at(-1)).toBe(kit.clock.now);
  });

  it("A7 R41 an answer that came too late: that its code was right, and by which method", async () => {
    const { kit, mfa, user, subject, since } = await start();
    const ending = (code: string, demand: object) => async () => {
      let isOpen = true;
      const late = await kit.mfa({
        store: {
          ...kit.store,
          async settle(settlement) {
            if (isOpen) await mfa.revoke(subject);
            isOpen = false;
            return await kit.store.settle(settlement);
          },
        },
      });
      const { challenge } = await late.challenge(subject, demand);
      since();
      expect(await late.verify({ subject, challenge, code })).toStrictEqual({ ok: false, reason: "expired" });
      return since().slice(1);
    };
    expect(await ending(user.code(), { purpose: "pay" })()).toStrictEqual([{ type: "challenge_dead", method: "totp", purpose: "pay" }]);
    expect(await ending(user.wrong(), {})()).toStrictEqual([{ type: "challenge_dead" }]);
  });
});

describe("what is told of a change", () => {
  it("R32 enrolling: what was set up, enabled and issued; without recovery codes nothing is told of them", async () => {
    const { kit, mfa, since } = await start();
    const subject = kit.someone();
    const { factorId, secret, expiresAt } = good(await mfa.factors.setup(subject));
    expect(expiresAt.getTime()).toBe(kit.clock.now + 15 * MINUTE);
    expect(since()).toStrictEqual([{ type: "factor_pending", method: "totp", factorId }]);
    good(await mfa.factors.enable(subject, { code: totp(fromBase32(secret), kit.clock.now) }));
    expect(since()).toStrictEqual([
      { type: "verified", method: "totp", factorId, purpose: "nightlatch:enable", drift: 0 },
      { type: "factor_enabled", method: "totp", factorId },
      { type: "recovery_codes_issued", count: 10 },
    ]);
    const bare = await kit.mfa({ recoveryCodes: false });
    const { recoveryCodes, subject: other } = await kit.enrolled(bare);
    expect(recoveryCodes).toEqual([]);
    expect(since().map((event) => (event as MfaEvent).type)).toEqual(["factor_pending", "verified", "factor_enabled"]);
    expect(await bare.status(other)).toMatchObject({ methods: ["totp"], recoveryCodesLeft: 0 });
    expect(await bare.regenerateRecoveryCodes(other, { code: "123456" })).toStrictEqual({ ok: false, reason: "unsupported" });
  });

  it("R32 what follows on a proof names it, and what the code was for", async () => {
    const { kit, mfa, user, subject, factorId, since } = await start();
    const code = (purpose: string) => ({ type: "verified", method: "totp", factorId, purpose, drift: 0 });
    good(await mfa.regenerateRecoveryCodes(subject, { code: user.code() }));
    expect(since()).toStrictEqual([code("nightlatch:recovery-codes"), { type: "recovery_codes_replaced", count: 10, proof: "code" }]);
    kit.clock.advance(STEP);
    const again = good(await mfa.factors.setup(subject, { proof: { code: user.code() }, replaces: factorId }));
    expect(since()).toStrictEqual([code("nightlatch:setup"), { type: "factor_pending", method: "totp", factorId: again.factorId }]);
    kit.clock.advance(STEP);
    const { grant } = good(await mfa.verify({ subject, code: user.code() }));
    since();
    expect(await mfa.factors.rename(subject, factorId, "Phone")).toStrictEqual({ ok: true });
    expect(await mfa.factors.rename(subject, "none", "Phone")).toStrictEqual({ ok: false, reason: "unknown_factor" });
    expect(since()).toStrictEqual([{ type: "factor_renamed", factorId }]);
    good(await mfa.factors.enable(subject, { code: totp(fromBase32(again.secret), kit.clock.now), factorId: again.factorId }));
    expect(since().slice(1)).toStrictEqual([{ type: "factor_enabled", method: "totp", factorId: again.factorId, replaces: factorId }]);
    expect((await mfa.verifyGrant(grant, subject)).ok).toBe(false);
    kit.clock.advance(STEP);
    const next = good(await mfa.verify({ subject, code: totp(fromBase32(again.secret), kit.clock.now) }));
    since();
    good(await mfa.factors.remove(subject, again.factorId, { grant: next.grant }));
    expect(since()).toStrictEqual([{ type: "factor_removed", method: "totp", factorId: again.factorId, proof: "grant", last: true }]);
  });

  it("R31 R32 removing and disabling by a code, and one authenticator of two", async () => {
    const { kit, mfa, user, subject, factorId, since } = await start();
    const pending = good(await mfa.factors.setup(subject, { proof: { grant: user.grant } }));
    const second = fromBase32(pending.secret);
    good(await mfa.factors.enable(subject, { code: totp(second, kit.clock.now) }));
    since();
    good(await mfa.factors.remove(subject, pending.factorId, { code: user.code() }));
    expect(since()).toStrictEqual([
      { type: "verified", method: "totp", factorId, purpose: "nightlatch:remove", drift: 0 },
      { type: "factor_removed", method: "totp", factorId: pending.factorId, proof: "code", last: false },
    ]);
    expect(await mfa.factors.remove(subject, "none", { code: user.code() })).toStrictEqual({ ok: false, reason: "unknown_factor" });
    kit.clock.advance(STEP);
    good(await mfa.disable(subject, { code: user.code() }));
    expect(since()).toStrictEqual([
      { type: "verified", method: "totp", factorId, purpose: "nightlatch:disable", drift: 0 },
      { type: "mfa_disabled", proof: "code" },
    ]);
    expect(await mfa.factors.remove(subject, factorId, { code: user.code() })).toStrictEqual({ ok: false, reason: "not_enrolled" });
  });

  it("R3 R33 an import: what came, and whether it is short; the first one ends what was decided without it", async () => {
    const { kit, mfa, since } = await start();
    const subject = kit.someone();
    const { challenge } = await mfa.challenge(subject);
    const from = { type: "totp", secret: Buffer.alloc(16, 5), algorithm: "SHA1", digits: 6 } as const;
    const first = good(await mfa.factors.import(subject, from));
    expect(first.short).toBe(false);
    expect(since()).toStrictEqual([{ type: "factor_imported", method: "totp", factorId: first.factorId, short: false }]);
    const code = (secret: Buffer) => totp(secret, kit.clock.now);
    expect(await mfa.verify({ subject, challenge, code: code(from.secret) })).toStrictEqual({ ok: false, reason: "expired" });
    const verified = good(await mfa.verify({ subject, code: code(from.secret) }));
    expect(verified).not.toHaveProperty("reEnrol");
    const short = good(await mfa.factors.import(subject, { ...from, secret: Buffer.alloc(10, 6), name: "Old" }, { allowShort: true }));
    expect((await mfa.verifyGrant(verified.grant, subject)).ok).toBe(true);
    expect((await mfa.status(subject)).factors.map(({ name, short }) => [name, short])).toEqual([
      ["Authenticator app", false],
      ["Old", true],
    ]);
    expect(short.short).toBe(true);
    expect(good(await mfa.verify({ subject, code: code(Buffer.alloc(10, 6)) })).reEnrol).toBe(true);
  });

  it("R15 resynchronising is a verification of its own, as fresh as its codes", async () => {
    const { kit, mfa, since } = await start({ factors: [totpFactor(), hotp()] });
    const subject = kit.someone();
    const secret = Buffer.alloc(20, 9);
    const { factorId } = good(await mfa.factors.import(subject, { type: "hotp", secret, algorithm: "SHA1", digits: 6, counter: 0 }));
    since();
    const pair = [hotpCode(secret, 40), hotpCode(secret, 41)] as const;
    const { grant, ...answer } = good(await mfa.factors.resync(subject, factorId, pair));
    expect(since()).toStrictEqual([{ type: "verified", method: "hotp", factorId, purpose: "nightlatch:resync" }]);
    expect(answer).toMatchObject({ method: "hotp", amr: ["otp", "mfa"], expiresIn: 900 });
    kit.clock.advance(1);
    expect(await mfa.verifyGrant(grant, subject, { maxAge: 0 })).toStrictEqual({ ok: false });
    expect(await mfa.verifyGrant(grant, subject)).toMatchObject({
      ok: true,
      verifiedAt: new Date(Math.floor(kit.clock.now / 1000) * 1000),
    });
    expect(await mfa.factors.resync(subject, factorId, pair)).toMatchObject({ ok: false, reason: "invalid" });
    for (const codes of [undefined, [], [pair[0]], [pair[0], undefined], "ab", [pair[0], ""]]) {
      expect(await mfa.factors.resync(subject, factorId, codes as never)).toStrictEqual({ ok: false, reason: "invalid" });
    }
  });

  it("R34 devices and grants: each is told of by its id", async () => {
    const { mfa, user, subject, since } = await start({ trustedDevices: { for: "1h" } });
    const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
    const { device } = good(await mfa.verify({ challenge, code: user.code(), device: { name: "Laptop" } }));
    if (!device) throw new Error("No device was trusted.");
    expect(since().slice(1)).toStrictEqual([{ type: "device_trusted", deviceId: device.id }]);
    expect(await mfa.signIn(subject, { amr: ["pwd"], device: device.token })).toStrictEqual({
      required: false,
      amr: ["pwd"],
      deviceId: device.id,
    });
    expect(since()).toStrictEqual([{ type: "device_used", deviceId: device.id }]);
    expect(await mfa.devices.revoke(subject, "none")).toStrictEqual({ ok: false, reason: "unknown_device" });
    expect(await mfa.devices.revoke(subject, device.id)).toStrictEqual({ ok: true });
    expect(since()).toStrictEqual([{ type: "device_revoked", deviceId: device.id }]);
    await mfa.revoke(subject);
    expect(since()).toStrictEqual([{ type: "revoked" }]);
  });

  it("R18 delivered codes: each by its method, and a delivery that fails", async () => {
    const sent: Delivery[] = [];
    let isDown = false;
    const byEmail = email(async (delivery) => {
      if (isDown) throw new Error("554");
      sent.push(delivery);
      return { to: 7 as never };
    });
    const { kit, mfa, subject, since } = await start({ factors: [totpFactor(), byEmail] });
    const { challenge } = await mfa.challenge(subject, { purpose: "pay" });
    const { to, expiresAt } = good(await mfa.deliver(challenge, "email"));
    expect(to).toBe("7");
    const end = new Date((Math.floor(kit.clock.now / 1000) + 300) * 1000);
    expect(expiresAt).toEqual(end);
    expect(sent).toStrictEqual([{ subject: { id: subject.id }, code: sent[0]?.code, expiresAt: end, purpose: "pay" }]);
    expect(since()).toStrictEqual([{ type: "code_delivered", method: "email" }]);
    good(await mfa.verify({ subject, challenge, code: sent[0]?.code ?? "" }));
    expect(since()).toStrictEqual([{ type: "verified", method: "email", purpose: "pay" }]);
    isDown = true;
    kit.clock.advance(MINUTE);
    const next = await mfa
      .challenge({ ...subject, tenant: "" as never, session: subject.session ?? "" })
      .catch(() => mfa.challenge(subject));
    const fault = await mfa.deliver(next.challenge, "email").catch((error: Error) => error);
    expect(fault).toMatchObject({ code: "delivery_failed", cause: { message: "554" } });
    expect(since()).toStrictEqual([
      { type: "code_delivered", method: "email" },
      { type: "delivery_failed", method: "email" },
    ]);
  });

  it("R33 keys: which was rotated, and how many secrets are under it since", async () => {
    const { mfa, since } = await start();
    const { keyId } = await mfa.keys.rotate("seal");
    expect(since()).toStrictEqual([{ type: "data_key_rotated", use: "seal", keyId }]);
    expect(await mfa.keys.reseal({ batch: 1 })).toEqual({ resealed: 1, unreadable: 0, skipped: 0 });
    expect(since()).toStrictEqual([{ type: "secrets_resealed", count: 1 }]);
    expect(await mfa.keys.reseal({ batch: 10_000 })).toEqual({ resealed: 0, unreadable: 0, skipped: 0 });
    expect(since()).toStrictEqual([]);
  });
});
