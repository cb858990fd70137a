import { describe, expect, it } from "vitest";
import { createMfa, hotp, totp as totpFactor } from "../src/index.ts";
import { fromBase32, totp } from "../src/otp/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good, HOUR, MINUTE, reason, required, STEP } from "./support/kit.ts";

const PASSWORD = { amr: ["pwd"] };

async function start(options: Parameters<ReturnType<typeof createKit>["mfa"]>[0] = {}) {
  const kit = createKit(createMfa, memoryStore());
  const mfa = await kit.mfa(options);
  return { kit, mfa };
}

describe("what a subject may know of itself", () => {
  it("is all of this, and nothing of who has nothing", async () => {
    const { kit, mfa } = await start();
    expect(await mfa.status({ id: "nobody" })).toStrictEqual({
      ...{ enabled: false, factors: [], methods: [], recoveryCodesLeft: 0, switchedOff: false },
    });
    const began = kit.clock.now;
    const user = await kit.enrolled(mfa, { id: "1" });
    const factor = { id: user.factorId, type: "totp", name: "Authenticator app", createdAt: new Date(began), short: false };
    expect(await mfa.status(user.subject)).toStrictEqual({
      enabled: true,
      factors: [{ ...factor, lastUsedAt: new Date(began) }],
      methods: ["totp", "recovery_code"],
      recoveryCodesLeft: 10,
      switchedOff: false,
    });
    const other = { type: "totp", secret: Buffer.alloc(16, 1), algorithm: "SHA1", digits: 6 } as const;
    good(await mfa.factors.import(user.subject, other));
    expect((await mfa.factors.list(user.subject))[1]).not.toHaveProperty("lastUsedAt");
    expect((await mfa.status(user.subject)).methods).toEqual(["totp", "recovery_code"]);
    for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: user.subject, code: user.wrong() });
    expect((await mfa.status(user.subject)).lockedUntil).toEqual(new Date(kit.clock.now + 15 * MINUTE));
    kit.clock.advance(15 * MINUTE);
    expect(await mfa.status(user.subject)).not.toHaveProperty("lockedUntil");
  });

  it("R26 counts no recovery code that was used, and names the method no more when all were", async () => {
    const { kit, mfa } = await start({ recoveryCodes: { count: 2 } });
    const { subject, recoveryCodes } = await kit.enrolled(mfa);
    good(await mfa.verify({ subject, code: recoveryCodes[0] ?? "" }));
    expect(await mfa.status(subject)).toMatchObject({ methods: ["totp", "recovery_code"], recoveryCodesLeft: 1 });
    good(await mfa.verify({ subject, code: recoveryCodes[1] ?? "" }));
    expect(await mfa.status(subject)).toMatchObject({ methods: ["totp"], recoveryCodesLeft: 0 });
    expect(required(await mfa.signIn(subject, PASSWORD)).methods).toEqual(["totp"]);
  });

  it("A28 holds no authenticator that waits for its first code, nor recovery codes without one", async () => {
    const { kit, mfa } = await start();
    const subject = kit.someone();
    good(await mfa.factors.setup(subject));
    expect(await mfa.status(subject)).toMatchObject({ enabled: false, factors: [], methods: [] });
  });
});

describe("an authenticator that waits", () => {
  it("A28 waits 15 minutes, and not at that moment", async () => {
    const { kit, mfa } = await start();
    for (const [wait, outcome] of [
      [15 * MINUTE - 1, "ok"],
      [15 * MINUTE, "invalid"],
    ] as const) {
      const subject = kit.someone();
      const { secret } = good(await mfa.factors.setup(subject));
      kit.clock.advance(wait);
      expect(reason(await mfa.factors.enable(subject, { code: totp(fromBase32(secret), kit.clock.now) }))).toBe(outcome);
    }
  });

  it("is of the type that is asked for, the first where none is, under a name that can be shown", async () => {
    const { kit, mfa } = await start({ factors: [totpFactor(), hotp()] });
    const subject = kit.someone();
    expect(good(await mfa.factors.setup(subject)).uri).toMatch(/^otpauth:\/\/totp/);
    expect(good(await mfa.factors.setup(subject, { type: "hotp" })).uri).toMatch(/^otpauth:\/\/hotp/);
    for (const type of ["recovery_code", "fax", ""]) {
      expect(await mfa.factors.setup(subject, { type })).toStrictEqual({ ok: false, reason: "unsupported" });
    }
    for (const name of ["", "x".repeat(65), "a\nb", "\ud800", 7]) {
      await expect(mfa.factors.setup(subject, { name: name as string })).rejects.toMatchObject({ code: "config_invalid" });
      const from = { type: "totp", secret: Buffer.alloc(20, 1), algorithm: "SHA1", digits: 6, name: name as string } as const;
      await expect(mfa.factors.import(subject, from)).rejects.toMatchObject({ code: "config_invalid" });
    }
    good(await mfa.factors.setup(subject, { name: "x".repeat(64) }));
  });

  it("can't take the place of one that is not there", async () => {
    const { kit, mfa } = await start();
    const user = await kit.enrolled(mfa);
    const proof = { grant: user.grant };
    expect(await mfa.factors.setup(user.subject, { replaces: "none", proof })).toStrictEqual({ ok: false, reason: "unknown_factor" });
    const pending = good(await mfa.factors.setup(user.subject, { proof }));
    expect(await mfa.factors.setup(user.subject, { replaces: pending.factorId, proof })).toStrictEqual({
      ok: false,
      reason: "unknown_factor",
    });
  });

  it("A22 is enabled by nothing but its own first code, and by no challenge of another kind", async () => {
    const { kit, mfa } = await start({ enrolment: { require: "always" } });
    const user = await kit.enrolled(mfa);
    const step = required(await mfa.signIn(user.subject, PASSWORD));
    const stepUp = await mfa.challenge(user.subject);
    for (const challenge of [step.challenge, stepUp.challenge, "a.b.c"]) {
      expect(await mfa.factors.setup({ challenge })).toStrictEqual({ ok: false, reason: "expired" });
      expect(await mfa.factors.enable({ challenge }, { code: user.code() })).toStrictEqual({ ok: false, reason: "expired" });
    }
    expect(await mfa.factors.enable(user.subject, { code: user.code() })).toMatchObject({ ok: false, reason: "invalid" });
    expect(await mfa.factors.enable(user.subject, { code: user.recoveryCodes[0] ?? "" })).toStrictEqual({ ok: false, reason: "invalid" });
  });

  it("takes tenant, name and session of the sign-in that waits for it", async () => {
    const { kit, mfa } = await start({ enrolment: { require: "always" } });
    const subject = { id: "1", tenant: "north", name: "Ada" };
    const step = required(await mfa.signIn(subject, PASSWORD));
    const waiting = { challenge: step.challenge, session: "s" };
    const { secret, uri } = good(await mfa.factors.setup(waiting));
    expect(uri).toContain(":Ada?");
    const verified = good(await mfa.factors.enable(waiting, { code: totp(fromBase32(secret), kit.clock.now) }));
    expect(verified).toMatchObject({ subject: { id: "1", tenant: "north" }, amr: ["pwd", "otp", "mfa"] });
    expect((await mfa.verifyGrant(verified.grant, { ...subject, session: "s" })).ok).toBe(true);
    expect((await mfa.verifyGrant(verified.grant, subject)).ok).toBe(false);
    const plain = required(await mfa.signIn({ id: "2" }, PASSWORD));
    const second = good(await mfa.factors.setup(plain));
    expect(second.uri).toContain(":2?");
    const done = good(await mfa.factors.enable(plain, { code: totp(fromBase32(second.secret), kit.clock.now) }));
    expect(done.subject).toStrictEqual({ id: "2" });
    expect((await mfa.verifyGrant(done.grant, { id: "2" })).ok).toBe(true);
  });
});

describe("a proof", () => {
  it("R31 is a code, or a fresh grant of this epoch without purpose and list; nothing else is one", async () => {
    const { kit, mfa } = await start();
    const user = await kit.enrolled(mfa);
    const { subject } = user;
    for (const proof of [undefined, null, 7, "code", {}, { grant: "x" }]) {
      expect(await mfa.disable(subject, proof as never)).toStrictEqual({ ok: false, reason: "proof_needed" });
    }
    const bound = good(await mfa.verify({ subject, code: user.code(), demand: { bind: ["42"] } }));
    expect(await mfa.disable(subject, { grant: bound.grant })).toStrictEqual({ ok: false, reason: "proof_needed" });
    await mfa.revoke(subject);
    expect(await mfa.disable(subject, { grant: user.grant })).toStrictEqual({ ok: false, reason: "proof_needed" });
    expect(await mfa.disable({ id: "nobody" }, { grant: user.grant })).toStrictEqual({ ok: false, reason: "not_enrolled" });
  });

  it("A33 with a challenge is for that alone: one that lapsed, of somebody else, or for something else is no proof", async () => {
    const { kit, mfa } = await start();
    const [user, other] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
    const { subject } = user;
    const elsewhere = [
      "a.b.c",
      "",
      (await mfa.challenge(other.subject)).challenge,
      (await mfa.challenge(subject, { purpose: "pay" })).challenge,
      (await mfa.challenge(subject, { bind: ["42"] })).challenge,
      (await mfa.challenge(subject, { purpose: "nightlatch:disable", bind: ["42"] })).challenge,
      required(await mfa.signIn(subject, PASSWORD)).challenge,
    ];
    for (const challenge of elsewhere) {
      expect(await mfa.disable(subject, { code: user.code(), challenge })).toStrictEqual({ ok: false, reason: "expired" });
    }
    const { challenge } = await mfa.challenge(subject, { purpose: "nightlatch:recovery-codes" });
    good(await mfa.regenerateRecoveryCodes(subject, { code: user.code(), challenge }));
    kit.clock.advance(STEP);
    expect(reason(await mfa.disable(subject, { code: user.code(), challenge }))).toBe("expired");
    good(await mfa.disable(subject, { code: user.code(), challenge: (await mfa.challenge(subject)).challenge }));
  });

  it("R31 is as fresh as the options say", async () => {
    const { kit, mfa } = await start({ enrolment: { maxAge: "1m" } });
    const { subject, grant } = await kit.enrolled(mfa);
    kit.clock.advance(MINUTE - STEP);
    good(await mfa.factors.setup(subject, { proof: { grant } }));
    kit.clock.advance(1000);
    expect(reason(await mfa.factors.setup(subject, { proof: { grant } }))).toBe("proof_needed");
  });
});

describe("trusted devices", () => {
  it("A34 are trusted up to their end, where the host offers it, by a token of theirs", async () => {
    const { kit, mfa } = await start({ trustedDevices: { for: "1h" } });
    const { subject, code } = await kit.enrolled(mfa);
    const { challenge } = required(await mfa.signIn(subject, PASSWORD));
    const { device } = good(await mfa.verify({ challenge, code: code(), device: { name: "x".repeat(64) } }));
    if (!device) throw new Error("No device was trusted.");
    const isTrusted = async (token: unknown, by = mfa) => !(await by.signIn(subject, { ...PASSWORD, device: token as string })).required;
    expect(device.expiresAt.getTime()).toBe(kit.clock.now + HOUR);
    const listed = { id: device.id, name: "x".repeat(64), createdAt: new Date(kit.clock.now), expiresAt: device.expiresAt };
    expect(await mfa.devices.list(subject)).toStrictEqual([listed]);
    for (const token of ["", `${device.token}x`, device.token.slice(1), "x".repeat(129), 7, undefined, {}])
      expect(await isTrusted(token)).toBe(false);
    expect(await isTrusted(device.token, await kit.mfa())).toBe(false);
    kit.clock.advance(HOUR - 1);
    expect(await isTrusted(device.token)).toBe(true);
    expect(await mfa.devices.list(subject)).toStrictEqual([{ ...listed, lastUsedAt: new Date(kit.clock.now) }]);
    kit.clock.advance(1);
    expect(await isTrusted(device.token)).toBe(false);
    expect(await mfa.devices.list(subject)).toEqual([]);
  });

  it("A34 are not trusted by a recovery code: the sign-in is done, and the next one asks again", async () => {
    const { kit, mfa } = await start({ trustedDevices: { for: "30d" } });
    const { subject, recoveryCodes } = await kit.enrolled(mfa);
    const { challenge } = required(await mfa.signIn(subject, PASSWORD));
    const code = recoveryCodes[0] ?? "";
    expect(good(await mfa.verify({ challenge, code, device: { name: "Laptop" } }))).not.toHaveProperty("device");
    expect(await mfa.devices.list(subject)).toEqual([]);
  });

  it("A34 are trusted no longer than devices are now, whatever was promised before", async () => {
    const { kit, mfa } = await start({ trustedDevices: { for: "30d" } });
    const { subject, code } = await kit.enrolled(mfa);
    const { challenge } = required(await mfa.signIn(subject, PASSWORD));
    const { device } = good(await mfa.verify({ challenge, code: code(), device: { name: "Laptop" } }));
    const stricter = await kit.mfa({ trustedDevices: { for: "1h" } });
    const token = { ...PASSWORD, device: device?.token ?? "" };
    kit.clock.advance(HOUR - 1);
    expect((await stricter.signIn(subject, token)).required).toBe(false);
    kit.clock.advance(1);
    expect((await stricter.signIn(subject, token)).required).toBe(true);
    expect((await mfa.signIn(subject, token)).required).toBe(false);
  });
});

describe("tables", () => {
  it("are made by ready() where it is asked to, and not otherwise", async () => {
    const kit = createKit(createMfa, memoryStore());
    let migrations = 0;
    const store = {
      ...kit.store,
      async migrate() {
        migrations += 1;
      },
    };
    const mfa = await kit.mfa({ store });
    await mfa.ready({});
    await mfa.ready({ migrate: false });
    expect(migrations).toBe(0);
    await mfa.ready({ migrate: true });
    expect(migrations).toBe(1);
  });
});

describe("keys that others made", () => {
  it("R43 R37 a process looks for a newer key to sign with each hour, and signs with its own should it not find the store", async () => {
    const kit = createKit(createMfa, memoryStore());
    let looks = 0;
    let isDown = false;
    const store = {
      ...kit.store,
      dataKeys() {
        looks += 1;
        return isDown ? Promise.reject(new Error("down")) : kit.store.dataKeys();
      },
    };
    const mfa = await kit.mfa({ store });
    const { subject } = await kit.enrolled(mfa);
    const signer = async () =>
      JSON.parse(Buffer.from((await mfa.challenge(subject)).challenge.split(".")[0] ?? "", "base64url").toString()).kid as string;
    const first = await signer();
    const { keyId } = await (await kit.mfa()).keys.rotate("grant");
    looks = 0;
    kit.clock.advance(HOUR - STEP - 1);
    expect([await signer(), looks]).toEqual([first, 0]);
    isDown = true;
    kit.clock.advance(1);
    expect([await signer(), looks]).toEqual([first, 1]);
    isDown = false;
    expect([await signer(), looks]).toEqual([first, 1]);
    kit.clock.advance(HOUR - 1);
    expect([await signer(), looks]).toEqual([first, 1]);
    kit.clock.advance(1);
    expect([await signer(), looks]).toEqual([keyId, 2]);
  });

  it("R43 publishes the keys that are believed, each under its id, until nothing that they signed is", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa({ grants: { algorithm: "EdDSA" } });
    const [before] = (await mfa.jwks()).keys;
    const { keyId } = await mfa.keys.rotate("grant");
    expect((await mfa.jwks()).keys.map(({ kid }) => kid)).toEqual([keyId, before?.kid]);
    kit.clock.advance(25 * HOUR);
    const later = await kit.mfa({ grants: { algorithm: "EdDSA" } });
    expect((await later.jwks()).keys.map(({ kid }) => kid)).toEqual([keyId]);
    const token = (await kit.enrolled(mfa)).grant;
    expect(JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString())).toEqual({
      alg: "EdDSA",
      typ: "mfa-grant+jwt",
      kid: keyId,
    });
    const { challenge } = await mfa.challenge({ id: "1" });
    expect(JSON.parse(Buffer.from(challenge.split(".")[0] ?? "", "base64url").toString())).toMatchObject({
      alg: "HS256",
      typ: "mfa-challenge+jwt",
    });
  });

  it("a text of no key, or of one that is open, costs no look at the store", async () => {
    const kit = createKit(createMfa, memoryStore());
    let looks = 0;
    const store = {
      ...kit.store,
      dataKeys() {
        looks += 1;
        return kit.store.dataKeys();
      },
    };
    const mfa = await kit.mfa({ store });
    const { subject, grant } = await kit.enrolled(mfa);
    looks = 0;
    expect((await mfa.verifyGrant(grant, subject)).ok).toBe(true);
    for (const text of ["", "a.b.c", `${grant}x`, `${grant}${"x".repeat(4_096)}`])
      expect((await mfa.verifyGrant(text, subject)).ok).toBe(false);
    expect(looks).toBe(0);
    const [, payload, mac] = grant.split(".");
    const header = Buffer.from(JSON.stringify({ alg: "HS256", typ: "mfa-grant+jwt", kid: "another" })).toString("base64url");
    expect((await mfa.verifyGrant(`${header}.${payload}.${mac}`, subject)).ok).toBe(false);
    expect(looks).toBe(1);
    expect((await mfa.verifyGrant(`${header}.${payload}.${"x".repeat(4_096)}`, subject)).ok).toBe(false);
    expect(looks).toBe(1);
  });

  it("R37 a secret under the active key is left as it is by its use, and one that another key sealed is sealed anew, once", async () => {
    const kit = createKit(createMfa, memoryStore());
    let reseals = 0;
    const store: typeof kit.store = {
      ...kit.store,
      apply(change) {
        if (change.reseal) reseals += 1;
        return kit.store.apply(change);
      },
    };
    const mfa = await kit.mfa({ store });
    const user = await kit.enrolled(mfa);
    const use = async () => {
      kit.clock.advance(STEP);
      good(await mfa.verify({ subject: user.subject, code: user.code() }));
      return reseals;
    };
    expect(await use()).toBe(0);
    await mfa.keys.rotate("seal");
    expect([await use(), await use()]).toEqual([1, 1]);
  });
});
