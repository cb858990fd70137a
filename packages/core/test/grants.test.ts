import { createHash } from "node:crypto";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { boundClaims, type GrantClaims, type GrantDemand, isOf, meets } from "../src/grants/grant.ts";
import type { TokenClaims } from "../src/grants/token.ts";
import { createMfa, type Subject } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good } from "./support/kit.ts";

/** SHA-256 over strings, each behind its length in four bytes. */
function digestOf(...parts: string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(part));
    hash.update(length).update(part);
  }
  return hash.digest("base64url");
}

const bearer = { tenant: "north", subject: "1", session: "s" };

describe("whose a token is", () => {
  it("R36 stands in it, with the session and what is approved as digests that another service can compare; nothing else does", () => {
    expect(boundClaims(bearer, { purpose: "pay", bind: ["42", "EUR"] })).toStrictEqual({
      sub: "1",
      tenant: "north",
      sid: digestOf("session", "north", "1", "s"),
      purpose: "pay",
      bind: digestOf("bind", "42", "EUR"),
    });
    expect(boundClaims({ tenant: "", subject: "1", session: undefined }, { once: true })).toStrictEqual({
      sub: "1",
      tenant: "",
      once: true,
    });
    expect(boundClaims({ tenant: "", subject: "1", session: undefined }, { once: false })).toStrictEqual({ sub: "1", tenant: "" });
    expect(boundClaims({ tenant: "", subject: "1", session: undefined }, {})).toStrictEqual({ sub: "1", tenant: "" });
    expect(boundClaims({ ...bearer, session: "" }, {}).sid).toBe(digestOf("session", "north", "1", ""));
  });

  it("A32 is held against subject, tenant and session, each of them, also where there is no session", () => {
    for (const session of ["s", undefined]) {
      const own = { ...bearer, session };
      const claims = boundClaims(own, {});
      expect(isOf(claims, own)).toBe(true);
      for (const other of [{ subject: "2" }, { tenant: "south" }, { session: "t" }, { subject: "2", tenant: "south" }]) {
        expect(isOf(claims, { ...own, ...other })).toBe(false);
      }
    }
    expect(isOf(boundClaims(bearer, {}), { ...bearer, session: undefined })).toBe(false);
    expect(isOf(boundClaims({ ...bearer, session: undefined }, {}), bearer)).toBe(false);
  });

  it("A32 a grant without a session is of its own user in its own tenant alone", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa();
    const subjects: Subject[] = [{ id: "1" }, { id: "2" }, { id: "1", tenant: "north" }];
    const grants: string[] = [];
    for (const subject of subjects) grants.push((await kit.enrolled(mfa, subject)).grant);
    for (const [owner, grant] of grants.entries()) {
      for (const [index, subject] of subjects.entries()) expect((await mfa.verifyGrant(grant, subject)).ok).toBe(owner === index);
    }
  });
});

describe("what a grant meets", () => {
  const at = 1_700_000_000;
  const grant = {
    sub: "1",
    jti: "j",
    iat: at,
    exp: at + 900,
    tenant: "",
    epoch: 1,
    method: "totp",
    amr: [],
    acr: "a",
    auth_time: at,
  } satisfies GrantClaims & TokenClaims;
  const demand: GrantDemand = { acr: "a", maxAge: 300 };
  const met = (changed: Partial<GrantClaims>, asked: Partial<GrantDemand> = {}, age = 0) =>
    meets({ ...grant, ...changed }, { ...demand, ...asked }, (at + age) * 1000);

  it("R43 is its level, its age to the second, and its method", () => {
    expect(met({})).toBe(true);
    expect(met({ acr: "b" })).toBe(false);
    expect([met({}, {}, 300), met({}, {}, 300.001), met({}, { maxAge: 0 }), met({}, { maxAge: 0 }, 0.001)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(met({}, { methods: ["hotp", "totp"] })).toBe(true);
    expect(met({}, { methods: ["hotp"] })).toBe(false);
  });

  it("A47 is nothing when it comes from further ahead than another process's clock may be", () => {
    expect([met({}, {}, -30), met({}, {}, -30.001)]).toEqual([true, false]);
  });

  it("R36 A32 is the demand with exactly its purpose and its list, and one without either where it has neither", () => {
    const paid = boundClaims(bearer, { purpose: "pay", bind: ["42"] });
    expect(met(paid, { purpose: "pay", bind: ["42"] })).toBe(true);
    for (const asked of [
      {},
      { once: true },
      { purpose: "pay" },
      { bind: ["42"] },
      { purpose: "pay", bind: ["43"] },
      { purpose: "buy", bind: ["42"] },
    ]) {
      expect(met(paid, asked), JSON.stringify(asked)).toBe(false);
    }
    expect(met({}, { purpose: "pay" })).toBe(false);
    expect(met({}, { bind: ["42"] })).toBe(false);
    const bound = boundClaims(bearer, { bind: ["42"] });
    expect([met(bound, { bind: ["42"] }), met(bound), met(boundClaims(bearer, { purpose: "pay" }))]).toEqual([true, false, false]);
  });

  it("R36 A32 under once is a demand under once, since no other would spend it; one that is not serves both", () => {
    const single = boundClaims(bearer, { once: true });
    expect([met(single, { once: true }), met(single), met(single, { once: false })]).toEqual([true, false, false]);
    expect([met({}, { once: true }), met({})]).toEqual([true, true]);
    const paid = boundClaims(bearer, { purpose: "pay", once: true });
    expect([met(paid, { purpose: "pay", once: true }), met(paid, { purpose: "pay" }), met(paid, { once: true })]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("the tokens of the engine", () => {
  it("R44 say all of what was achieved, and when they end", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa({ grants: { longest: "20m" } });
    const { subject, code } = await kit.enrolled(mfa, { id: "1" });
    const now = Math.floor(kit.clock.now / 1000);
    kit.clock.advance(700);
    const { grant, ...answer } = good(await mfa.verify({ subject, code: code() }));
    expect(answer).toStrictEqual({
      ok: true,
      subject: { id: "1" },
      method: "totp",
      amr: ["otp", "mfa"],
      acr: "urn:nightlatch:acr:mfa",
      expiresAt: new Date((now + 1200) * 1000),
      expiresIn: 1200,
    });
    expect(decodeJwt(grant)).toEqual({
      ...{ sub: "1", tenant: "", epoch: expect.any(Number), method: "totp", amr: ["otp", "mfa"], acr: "urn:nightlatch:acr:mfa" },
      ...{ aud: "urn:nightlatch:mfa-grant", auth_time: now, iat: now, exp: now + 1200, jti: expect.any(String) },
    });
    expect(await mfa.verifyGrant(grant, subject)).toStrictEqual({
      ...{ ok: true, method: "totp", amr: ["otp", "mfa"], acr: "urn:nightlatch:acr:mfa" },
      ...{ verifiedAt: new Date(now * 1000), expiresAt: new Date((now + 1200) * 1000) },
    });
    kit.clock.advance(1_000_000);
    const { grant: later, expiresIn, expiresAt } = good(await mfa.regenerateRecoveryCodes(subject, { code: code() }));
    expect([expiresIn, expiresAt.getTime()]).toEqual([1200, kit.clock.now - (kit.clock.now % 1000) + 1_200_000]);
    kit.clock.advance(100_000);
    expect(good(await mfa.regenerateRecoveryCodes(subject, { grant: later }))).toMatchObject({ expiresAt, expiresIn: 1100 });
  });

  it("a challenge says who may answer it, with what, and until when", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa({ enrolment: { require: "always" } });
    const { subject } = await kit.enrolled(mfa, { id: "1" });
    const now = Math.floor(kit.clock.now / 1000);
    const stepUp = await mfa.challenge(subject);
    expect(stepUp).toStrictEqual({
      challenge: stepUp.challenge,
      methods: ["totp", "recovery_code"],
      expiresAt: new Date((now + 300) * 1000),
    });
    expect(decodeJwt(stepUp.challenge)).toMatchObject({
      use: "step-up",
      sub: "1",
      iat: now,
      exp: now + 300,
      issued_at: kit.clock.now,
      amr: [],
    });
    const enrol = await mfa.signIn({ id: "2" }, { amr: ["pwd"] });
    expect(enrol).toMatchObject({ required: true, enrol: true, methods: [], expiresAt: new Date((now + 900) * 1000) });
    expect((await mfa.challenge(subject, { methods: ["totp"] })).methods).toEqual(["totp"]);
    expect((await mfa.challenge({ id: "2" })).methods).toEqual([]);
  });
});
