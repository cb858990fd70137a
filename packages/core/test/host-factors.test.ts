import { describe, expect, it } from "vitest";
import { type Attempt, createMfa, type Factor, keyring, type MfaEvent, totp as totpFactor } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good, reason, TEST_KEYS } from "./support/kit.ts";

/** A factor of a host's own that takes this one text, and what it was shown each time. */
function own(type: string, changed: Partial<Factor> & { takes?: string } = {}) {
  const { takes = "open sesame", ...rest } = changed;
  const shown: Attempt[] = [];
  const factor: Factor = {
    type,
    amr: ["otp"],
    lane: "authenticator",
    liveCodes: 0,
    parse: (code) => (code === takes ? code : undefined),
    match(attempt) {
      shown.push(attempt);
      const [row] = attempt.rows;
      return row && { kind: "position", factorId: row.id, position: row.position + 1 };
    },
    enrol: () => ({ secret: Buffer.alloc(20, type), algorithm: "none", digits: 0, period: 0, uri: `${type}:` }),
    ...rest,
  };
  return { factor, shown };
}

async function held(factors: Factor[], ...types: string[]) {
  const kit = createKit(createMfa, memoryStore());
  const mfa = await kit.mfa({ factors });
  const subject = { id: "u" };
  const ids: string[] = [];
  for (const type of types) {
    const proof = ids.length === 0 ? {} : { proof: { grant: good(await mfa.verify({ subject, code: "open sesame" })).grant } };
    const { factorId } = good(await mfa.factors.setup(subject, { type, ...proof }));
    good(await mfa.factors.enable(subject, { code: "open sesame", factorId }));
    ids.push(factorId);
  }
  kit.events.length = 0;
  const told = (): string[] => kit.events.splice(0).map(({ type }) => type);
  return { kit, mfa, subject, ids, told };
}

describe("what a factor is shown", () => {
  it("R38 its own rows and codes alone, and of several factors that could take a text each is asked in turn", async () => {
    const [a, b] = [own("a"), own("b")];
    const { mfa, subject, ids } = await held([a.factor, b.factor], "a", "b");
    a.shown.length = 0;
    b.shown.length = 0;
    expect(good(await mfa.verify({ subject, code: "open sesame" })).method).toBe("a");
    expect(a.shown.map(({ rows, codes }) => [rows.map(({ id }) => id), codes])).toEqual([[[ids[0]], []]]);
    expect(b.shown).toEqual([]);
    expect(good(await mfa.verify({ subject, code: "open sesame", factorId: ids[1] ?? "" })).method).toBe("b");
    expect(a.shown.at(-1)?.rows).toEqual([]);
    expect(b.shown.map(({ rows }) => rows.map(({ id }) => id))).toEqual([[ids[1]]]);
    for (const attempt of [...a.shown, ...b.shown]) expect(attempt).not.toHaveProperty("challenge");
  });

  it("R20 only factors of the lane that is charged are asked: that of the first that could take the text", async () => {
    const [first, other, same] = [own("first"), own("other", { lane: "recovery" }), own("same")];
    const { kit, mfa, subject } = await held([first.factor, other.factor, same.factor], "same");
    first.shown.length = 0;
    other.shown.length = 0;
    good(await mfa.verify({ subject, code: "open sesame" }));
    expect([first.shown.length, other.shown.length]).toEqual([1, 0]);
    await mfa.verify({ subject: { id: "none" }, code: "open sesame" });
    const { lanes } = await kit.store.read({ tenant: "", subject: "none" });
    expect([lanes.authenticator.tally, lanes.recovery.tally]).toEqual([1, 0]);
  });

  it("A40 a text of 64 characters, and none longer unless it says so; a parse that throws is a no", async () => {
    const long = own("long", { takes: "x".repeat(100), longest: 100 });
    const broken = own("broken", {
      parse: () => {
        throw new Error("not mine");
      },
    });
    const odd = own("odd", { parse: () => true as never });
    const plain = own("plain", { parse: (code) => code.trim() || undefined });
    const { mfa, subject, kit } = await held([broken.factor, odd.factor, long.factor, plain.factor], "plain");
    const calls: string[] = [];
    const watched = await kit.mfa({
      factors: [broken.factor, odd.factor, long.factor, plain.factor],
      store: {
        ...kit.store,
        charge(charge) {
          calls.push(charge.lane);
          return kit.store.charge(charge);
        },
      },
    });
    good(await mfa.verify({ subject, code: "y".repeat(64) }));
    expect(await watched.verify({ subject, code: "y".repeat(65) })).toStrictEqual({ ok: false, reason: "invalid" });
    expect(calls).toEqual([]);
    expect(reason(await watched.verify({ subject, code: "x".repeat(100) }))).toBe("invalid");
    expect(reason(await watched.verify({ subject, code: "x".repeat(101) }))).toBe("invalid");
    expect(calls).toEqual(["authenticator"]);
    expect([broken.shown, odd.shown]).toEqual([[], []]);
  });

  it("R13 one that answers to its name alone is shown nothing without it", async () => {
    const named = own("named", { named: true });
    const { mfa, subject, ids } = await held([named.factor], "named");
    expect(reason(await mfa.verify({ subject, code: "open sesame" }))).toBe("invalid");
    expect(named.shown.at(-1)?.rows).toEqual([]);
    good(await mfa.verify({ subject, code: "open sesame", factorId: ids[0] ?? "" }));
    expect(named.shown.at(-1)?.rows.map(({ id }) => id)).toEqual(ids);
  });
});

describe("what a factor claims", () => {
  const claiming = async (claim: (attempt: Attempt) => unknown, lane: "authenticator" | "recovery" = "authenticator") => {
    const mine = own("mine", { lane });
    const { kit, subject, told } = await held([mine.factor], "mine");
    const mfa = await kit.mfa({ factors: [{ ...mine.factor, match: claim as never }] });
    const answer = await mfa.verify({ subject, code: "open sesame" });
    return { answer: reason(answer), told: told(), kit };
  };

  it.each<[string, (attempt: Attempt) => unknown]>([
    ["null", () => null],
    ["a truth", () => true],
    ["a number", () => 7],
    ["a function", () => () => ({ kind: "position" })],
    ["another kind", ({ rows }) => ({ kind: "row", factorId: rows[0]?.id, position: 5 })],
    ["no kind", ({ rows }) => ({ factorId: rows[0]?.id, position: 5 })],
    ["no position", ({ rows }) => ({ kind: "position", factorId: rows[0]?.id })],
    ["a negative position", ({ rows }) => ({ kind: "position", factorId: rows[0]?.id, position: -1 })],
    ["a broken position", ({ rows }) => ({ kind: "position", factorId: rows[0]?.id, position: 1.5 })],
    ["another row", () => ({ kind: "position", factorId: "other", position: 5 })],
    ["a code that it was not shown", () => ({ kind: "code", hash: "other" })],
    ["a code that is no text", () => ({ kind: "code", hash: 7 })],
    ["a hash of no kind", () => ({ hash: "other" })],
    [
      "a fault",
      () => {
        throw new Error("broken");
      },
    ],
  ])("A25 %s is nothing, and the factor is told to be faulty", async (_, claim) => {
    const { answer, told, kit } = await claiming(claim);
    expect(answer).toBe("invalid");
    expect(told).toEqual(["factor_faulty", "verification_failed"]);
    expect(
      (await kit.mfa().then((mfa) => mfa.audit.list({ limit: 1000 }))).events.find(({ type }) => type === "factor_faulty"),
    ).toMatchObject({
      method: "mine",
    });
  });

  it("A25 nothing is a wrong code, with no fault", async () => {
    expect(await claiming(() => undefined)).toMatchObject({ answer: "invalid", told: ["verification_failed"] });
  });

  it("position 0 is one, what else is claimed is passed over, and a success in the recovery lane is no recovery code", async () => {
    const odd = { drift: "1", learned: "text" };
    const { answer, told, kit } = await claiming(
      ({ rows }) => ({ kind: "position", factorId: rows[0]?.id, position: 9, ...odd }),
      "recovery",
    );
    expect([answer, told]).toEqual(["ok", ["verified"]]);
    const { events } = await (await kit.mfa()).audit.list({ limit: 1000 });
    expect(events.at(-1)).toMatchObject({ type: "verified", method: "mine" });
    expect(events.at(-1)).not.toHaveProperty("drift");
  });

  it("a factor without resync resynchronises nothing", async () => {
    const mine = own("mine");
    const { mfa, subject, ids, kit } = await held([mine.factor], "mine");
    const before = (await kit.store.read({ tenant: "", subject: "u" })).lanes.authenticator.tally;
    expect(await mfa.factors.resync(subject, ids[0] ?? "", ["open sesame", "open sesame"])).toStrictEqual({ ok: false, reason: "invalid" });
    expect((await kit.store.read({ tenant: "", subject: "u" })).lanes.authenticator.tally).toBe(before);
  });

  it("R37 what it learns is kept under the key that is active then, though another was when it was set up", async () => {
    const learned = Buffer.from("the public key of a device");
    const mine = own("mine");
    const learning: Factor = {
      ...mine.factor,
      match({ rows, open }) {
        const [row] = rows;
        if (!row) return undefined;
        const secret = open(row);
        const claim = { kind: "position", factorId: row.id, position: row.position + 1 } as const;
        if (row.confirmedAt === null) return { ...claim, learned };
        return secret && Buffer.from(secret).equals(learned) ? claim : undefined;
      },
    };
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa({ factors: [learning] });
    const subject = { id: "u" };
    good(await mfa.factors.setup(subject));
    const { keyId } = await mfa.keys.rotate("seal");
    good(await mfa.factors.enable(subject, { code: "open sesame" }));
    expect((await kit.store.read({ tenant: "", subject: "u" })).factors[0]?.secret).toMatch(new RegExp(`^v1\\.${keyId}\\.`));
    expect(reason(await mfa.verify({ subject, code: "open sesame" }))).toBe("ok");
  });
});

describe("what the options say of factors", () => {
  const start =
    (...factors: Partial<Factor>[]) =>
    () =>
      createMfa({
        issuer: "Test",
        keys: keyring(TEST_KEYS),
        store: memoryStore(),
        factors: factors.map((changed, n) => ({ ...own(`f${n}`).factor, ...changed })),
      });
  const delivery = { lifetime: 600, every: 1, daily: 1, newCode: () => "1", deliver: async () => ({ to: "" }) };

  it.each<[string, Partial<Factor>[]]>([
    ["a type is 1 to 32 characters of a-z, 0-9 and _, beginning with a letter; got 7", [{ type: 7 as never }]],
    ["a type is 1 to 32 characters", [{ type: "" }]],
    ['got "x-y"', [{ type: "x-y" }]],
    ['got "9x"', [{ type: "9x" }]],
    ['got "X"', [{ type: "X" }]],
    ["a type is 1 to 32", [{ type: "x".repeat(33) }]],
    ['"f0" has no lane, so its guesses would not count', [{ lane: "none" as never }]],
    ['"f0" has 8 codes live at once; 7 is the most', [{ liveCodes: 8 }]],
    ['"f0" has -1 codes live', [{ liveCodes: -1 }]],
    ['"f0" has NaN codes live', [{ liveCodes: Number.NaN }]],
    ['"f0" takes input of 4097 characters; 4096 is the most', [{ longest: 4097 }]],
    ['"f0" takes input of NaN', [{ longest: Number.NaN }]],
    ['"f0" delivers codes that live longer than 600 s, or with no pause', [{ weaker: true, delivery: { ...delivery, lifetime: 601 } }]],
    ['"f0" delivers codes that live longer', [{ weaker: true, delivery: { ...delivery, every: 0 } }]],
    ['"f0" delivers 0 codes a day; 1 to 100', [{ weaker: true, delivery: { ...delivery, daily: 0 } }]],
    ['"f0" delivers 101 codes a day', [{ weaker: true, delivery: { ...delivery, daily: 101 } }]],
    ['"f0" delivers 2.5 codes a day', [{ weaker: true, delivery: { ...delivery, daily: 2.5 } }]],
    ['"f0" delivers undefined codes a day', [{ weaker: true, delivery: { ...delivery, daily: undefined as never } }]],
    ['"f0" delivers codes and does not say that it is weaker', [{ delivery }]],
    ['two of them have the type "x". Give each type once', [{ type: "x" }, { type: "x" }]],
    ['two of them have the type "recovery_code"', [{ type: "recovery_code" }]],
    ["delivered codes are live beside those of authenticators; two at once is the most", [{ weaker: true, delivery, liveCodes: 3 }]],
    [
      "two at once is the most",
      [
        { weaker: true, delivery, liveCodes: 2 },
        { weaker: true, delivery, liveCodes: 1 },
      ],
    ],
  ])("R16 %s", (said, factors) => {
    expect(start(...factors)).toThrow(expect.objectContaining({ code: "config_invalid", message: expect.stringContaining(said) }));
    expect(start(...factors)).toThrow(/^factors: /);
  });

  it.each<[string, Partial<Factor>[]]>([
    ["types", [{ type: "x" }, { type: `y${"_".repeat(31)}` }, { type: "z9" }]],
    ["codes that are live", [{ liveCodes: 7 }, { liveCodes: 0 }]],
    ["input", [{ longest: 4096 }, { longest: 0 }]],
    ["delivered codes", [{ weaker: true, delivery, liveCodes: 2 }, { liveCodes: 5 }]],
    ["lanes", [{ lane: "recovery" }]],
  ])("at the bounds %s are fine", (_, factors) => {
    expect(start(...factors)).not.toThrow();
  });

  it("R30 enrolment.via wants a factor of that name that delivers", () => {
    const options = { issuer: "Test", keys: keyring(TEST_KEYS), store: memoryStore() };
    const sms = { ...own("sms").factor, weaker: true, delivery, liveCodes: 1 };
    const email = { ...own("email").factor };
    for (const factors of [[totpFactor()], [sms], [email], [sms, email]]) {
      expect(() => createMfa({ ...options, factors, enrolment: { via: "email" } })).toThrow(
        /enrolment\.via is "email", and factors lists no email\(deliver\)/,
      );
    }
    expect(() => createMfa({ ...options, factors: [sms], enrolment: { via: "sms" } })).not.toThrow();
  });

  it("what is wrong at once is told at once, by its path", () => {
    expect(() =>
      createMfa({ issuer: "", keys: {}, store: {}, enrolment: { maxAge: "2h", grace: "2y" }, grants: { longest: 0 } } as never),
    ).toThrow(
      /^createMfa can't start with these options\. issuer: .*; keys: must have wrap\(\), unwrap\(\); store: .*; enrolment\.maxAge: must be a duration of 1 to 3600 seconds.*; enrolment\.grace: .*; grants\.longest: /,
    );
    for (const options of [undefined, null, 7, "x"]) expect(() => createMfa(options as never)).toThrow(/with these options\. options: /);
    expect(() => createMfa({ issuer: "x".repeat(64), keys: keyring(TEST_KEYS), store: memoryStore() })).not.toThrow();
    for (const issuer of ["", "x".repeat(65), " ", ":", 7]) {
      expect(() => createMfa({ issuer: issuer as string, keys: keyring(TEST_KEYS), store: memoryStore() })).toThrow(/issuer/);
    }
  });
});

describe("a listener", () => {
  it("hears of an event as it is in the log, and one that fails in any way is not in the way", async () => {
    const heard: MfaEvent[] = [];
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa({ onEvent: (event) => void heard.push(event) });
    const subject = { id: "u", tenant: "north" };
    await mfa.revoke(subject);
    const [logged] = (await mfa.audit.list({ subject })).events;
    expect({ ...heard[0], intact: true }).toStrictEqual(logged);
    for (const onEvent of [() => Promise.reject(new Error("later")), () => Promise.reject(undefined)]) {
      await (await kit.mfa({ onEvent })).revoke(subject);
    }
    const { onEvent: _, ...silent } = { onEvent: undefined, issuer: "Test", keys: keyring(TEST_KEYS), store: kit.store };
    await createMfa(silent).revoke(subject);
    expect((await mfa.audit.list({ subject })).events).toHaveLength(4);
  });
});
