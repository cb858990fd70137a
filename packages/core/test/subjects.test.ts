import { describe, expect, it } from "vitest";
import { ConfigError, createMfa, keyring, type Subject } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good, TEST_KEYS } from "./support/kit.ts";

const LONGEST = { id: 255, tenant: 255, session: 1024, name: 128 } as const;
const parts = Object.entries(LONGEST) as [keyof typeof LONGEST, number][];

describe("a subject", () => {
  const mfa = createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: memoryStore() });
  const having = (part: string, text: unknown): Subject => ({ id: "u", [part]: text }) as Subject;

  it.each(parts)(
    "A39 its %s has 1 to %i characters that a store can tell apart, and what is wrong is said by its name",
    async (part, longest) => {
      for (const text of ["x", "ä", "😀", "x".repeat(longest)]) await mfa.status(having(part, text));
      for (const text of ["", "x".repeat(longest + 1), "a\0b", "a\ud800", 7, {}, null, ["x"]]) {
        const fault = await mfa.status(having(part, text)).catch((error: unknown) => error);
        expect(fault).toBeInstanceOf(ConfigError);
        expect((fault as Error).message).toContain(`${part} is a well-formed string of 1 to ${longest} characters`);
      }
    },
  );

  it("A39 is checked wherever one comes in", async () => {
    const bad = { id: "" };
    const proof = { code: "123456" };
    const good = { id: "u" };
    const calls: (() => Promise<unknown>)[] = [
      () => mfa.status(bad),
      () => mfa.signIn(bad, { amr: ["pwd"] }),
      () => mfa.challenge(bad),
      () => mfa.verify({ subject: bad, code: "123456" }),
      () => mfa.verifyGrant("x", bad),
      () => mfa.factors.setup(bad),
      () => mfa.factors.enable(bad, proof),
      () => mfa.factors.import(bad, "otpauth://totp/a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
      () => mfa.factors.resync(bad, "f", ["123456", "123456"]),
      () => mfa.factors.list(bad),
      () => mfa.factors.rename(bad, "f", "Phone"),
      () => mfa.factors.remove(bad, "f", proof),
      () => mfa.disable(bad, proof),
      () => mfa.regenerateRecoveryCodes(bad, proof),
      () => mfa.revoke(bad),
      () => mfa.devices.list(bad),
      () => mfa.devices.revoke(bad, "d"),
      () => mfa.admin.erase(bad),
      ...(["unlock", "reset", "switchOff", "switchOn"] as const).flatMap((act) => [
        () => mfa.admin[act](bad, { actor: good, grant: "g", reason: "r" }),
        () => mfa.admin[act](good, { actor: bad, grant: "g", reason: "r" }),
      ]),
      () => mfa.factors.setup({ challenge: "c", session: "" }),
      () => mfa.factors.setup(undefined as never),
      () => mfa.factors.setup({} as never),
      () => mfa.factors.setup({ challenge: 7 } as never),
      () => mfa.verify({ challenge: "c", code: "123456", session: "" }),
      () => mfa.verify({ challenge: "c", code: "123456", device: { name: "" } }),
      () => mfa.status(undefined as never),
    ];
    for (const [index, call] of calls.entries()) await expect(call(), `call ${index}`).rejects.toMatchObject({ code: "config_invalid" });
  });

  it("an answer with neither a subject nor a challenge answers nothing", async () => {
    for (const answer of [undefined, null, {}, { code: "123456" }, { challenge: 7, code: "123456" }]) {
      expect(await mfa.verify(answer as never)).toEqual({ ok: false, reason: "expired" });
    }
    for (const token of [undefined, 7, "", "x".repeat(5_000)]) {
      expect(await mfa.factors.setup({ challenge: "c" })).toEqual({ ok: false, reason: "expired" });
      expect(await mfa.verifyGrant(token as never, { id: "u" })).toEqual({ ok: false });
    }
  });

  it("comes back as it came: with its tenant where it has one, and without its name and session", async () => {
    const kit = createKit(createMfa, memoryStore());
    const own = await kit.mfa();
    const plain = await kit.enrolled(own, { id: "1", name: "Ada", session: "s" });
    const tenant = await kit.enrolled(own, { id: "1", tenant: "north", name: "Ada", session: "s" });
    expect(good(await own.verify({ subject: plain.subject, code: plain.code() })).subject).toEqual({ id: "1" });
    expect(good(await own.verify({ subject: tenant.subject, code: tenant.code() })).subject).toEqual({ id: "1", tenant: "north" });
  });

  it("is called by its id where it has no name, and by what the host gives for an issuer", async () => {
    const kit = createKit(createMfa, memoryStore());
    const own = await kit.mfa({ issuer: ({ tenant = "none" }) => `Issuer ${tenant}` });
    expect(good(await own.factors.setup({ id: "7", tenant: "north" })).uri).toContain("otpauth://totp/Issuer%20north:7?");
    expect(good(await own.factors.setup({ id: "8", name: "ada@example.com" })).uri).toContain("/Issuer%20none:ada%40example.com?");
  });
});

describe("a demand", () => {
  const mfa = createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: memoryStore() });

  it.each([
    [{ purpos: "x" }, /no "purpos"; it knows purpose, bind, maxAge, methods, once\./],
    [{ maxAge: "soon" }, /maxAge.*got "soon"/],
    [{ purpose: "" }, /purpose is 1 to 64 printable/],
    [{ purpose: "x".repeat(65) }, /purpose is 1 to 64/],
    [{ purpose: "two words" }, /purpose is 1 to 64/],
    [{ purpose: "ä" }, /purpose is 1 to 64/],
    [{ bind: [] }, /bind is a list of at least one string/],
    [{ bind: ["a", 7] }, /bind is a list/],
    [{ bind: "a" }, /bind is a list/],
    [{ methods: [] }, /methods is a list of at least one method/],
    [{ methods: [undefined] }, /methods is a list/],
    [{ once: "yes" }, /once is true or false/],
    [{ once: 1 }, /once is true or false/],
  ])("that makes no sense throws and says what: %j", async (demand, said) => {
    for (const call of [() => mfa.challenge({ id: "u" }, demand as object), () => mfa.verifyGrant("x", { id: "u" }, demand as object)]) {
      await expect(call()).rejects.toMatchObject({ code: "config_invalid", message: expect.stringMatching(said) });
    }
  });

  it("at the bounds makes sense", async () => {
    for (const demand of [
      {},
      undefined,
      { purpose: "x".repeat(64) },
      { purpose: "!~" },
      { bind: [""] },
      { maxAge: 0 },
      { methods: ["x"] },
      { once: false },
    ]) {
      expect(await mfa.verifyGrant("x", { id: "u" }, demand)).toEqual({ ok: false });
    }
  });
});
