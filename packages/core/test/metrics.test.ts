import fc from "fast-check";
import { Counter, type OpenMetricsContentType, Registry } from "prom-client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createMfa, email, type Measurement, type Metrics, type MfaOptions, type Store, totp } from "../src/index.ts";
import { type PromMetricsOptions, promMetrics } from "../src/metrics/index.ts";
import { totp as totpCode } from "../src/otp/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good, HOUR, MINUTE, required, STEP } from "./support/kit.ts";

/** The series of a scrape that are not 0, with their values; times and buckets left out. */
async function seriesOf(register: Registry): Promise<Record<string, number>> {
  const lines = (await register.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const series = lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))] as const);
  return Object.fromEntries(series.filter(([name, value]) => value !== 0 && !/_(?:bucket|sum)/.test(name)));
}

async function start(options: Partial<MfaOptions> = {}, prom: PromMetricsOptions = {}) {
  const kit = createKit(createMfa, memoryStore());
  const register = new Registry();
  const mfa = await kit.mfa({ metrics: promMetrics({ register, ...prom }), ...options });
  const user = await kit.enrolled(mfa);
  /** What was counted since the last call. */
  const since = async (): Promise<Record<string, number>> => {
    const series = await seriesOf(register);
    register.resetMetrics();
    return series;
  };
  await since();
  return { kit, mfa, user, subject: user.subject, register, since };
}

const verifications = (method: string, purpose: string, outcome: string): string =>
  `mfa_verifications_total{method="${method}",purpose="${purpose}",outcome="${outcome}"}`;
const durations = (outcome: string): string => `mfa_verification_duration_seconds_count{outcome="${outcome}"}`;

describe("what is counted of a verification", () => {
  it("each outcome, by method and purpose", async () => {
    const { kit, mfa, user, subject, since } = await start({}, { purposes: ["pay"] });
    const code = user.code();
    good(await mfa.verify({ subject, code }));
    expect(await since()).toStrictEqual({ [verifications("totp", "none", "ok")]: 1, [durations("ok")]: 1, mfa_totp_drift_steps_count: 1 });

    await mfa.verify({ subject, code, demand: { purpose: "pay" } });
    expect(await since()).toStrictEqual({
      [verifications("totp", "pay", "replayed")]: 1,
      [durations("replayed")]: 1,
      'mfa_replays_total{method="totp"}': 1,
    });
    for (const wrong of [user.wrong(), user.wrong(), "what?"])
      await mfa.verify({ subject, code: wrong, demand: { purpose: "undeclared" } });
    expect(await since()).toStrictEqual({
      [verifications("totp", "other", "invalid")]: 2,
      [verifications("unknown", "other", "invalid")]: 1,
      [durations("invalid")]: 3,
    });
    for (let n = 0; n < 4; n += 1) await mfa.verify({ subject, code: user.wrong() });
    expect(await since()).toStrictEqual({
      [verifications("totp", "none", "invalid")]: 2,
      [durations("invalid")]: 2,
      [verifications("totp", "none", "locked")]: 2,
      [durations("locked")]: 2,
      'mfa_lockouts_total{lane="authenticator"}': 1,
    });
    kit.clock.advance(HOUR);
    const { challenge } = await mfa.challenge(subject);
    kit.clock.advance(6 * MINUTE);
    expect(await mfa.verify({ subject, challenge, code: user.code() })).toStrictEqual({ ok: false, reason: "expired" });
    expect(await since()).toStrictEqual({ [verifications("unknown", "none", "expired")]: 1, [durations("expired")]: 1 });
  });

  it("a challenge that was answered meanwhile is expired, a recovery code its own method", async () => {
    const { mfa, user, subject, since } = await start();
    const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
    good(await mfa.verify({ challenge, code: user.code() }));
    await since();
    expect(await mfa.verify({ challenge, code: user.recoveryCodes[0] ?? "" })).toStrictEqual({ ok: false, reason: "expired" });
    expect(await since()).toStrictEqual({ [verifications("recovery_code", "none", "expired")]: 1, [durations("expired")]: 1 });
    good(await mfa.verify({ subject, code: user.recoveryCodes[0] ?? "" }));
    expect(await since()).toStrictEqual({
      [verifications("recovery_code", "none", "ok")]: 1,
      [durations("ok")]: 1,
      mfa_recovery_codes_used_total: 1,
    });
    for (let n = 0; n < 6; n += 1) await mfa.verify({ subject, code: "0000-0000-0000-0000" });
    expect(await since()).toMatchObject({
      [verifications("recovery_code", "none", "invalid")]: 5,
      [verifications("recovery_code", "none", "locked")]: 1,
      'mfa_lockouts_total{lane="recovery"}': 1,
    });
  });

  it("no method is guessed where several factors could read a wrong code", async () => {
    const { mfa, user, subject, since } = await start({ factors: [totp(), email(async () => ({ to: "a" }))] });
    await mfa.verify({ subject, code: user.wrong() });
    expect(await since()).toStrictEqual({ [verifications("unknown", "none", "invalid")]: 1, [durations("invalid")]: 1 });
    good(await mfa.verify({ subject, code: user.code() }));
    expect(await since()).toMatchObject({ [verifications("totp", "none", "ok")]: 1 });
  });

  it("what the engine itself asks for has a purpose of its own, on every road", async () => {
    const { kit, mfa, user, subject, since } = await start({ factors: [totp(), email(async () => ({ to: "a" }))] });
    const proof = (): { code: string } => {
      kit.clock.advance(STEP);
      return { code: user.code() };
    };
    const second = good(await mfa.factors.setup(subject, { proof: proof() }));
    good(await mfa.regenerateRecoveryCodes(subject, proof()));
    await mfa.factors.enable(subject, { code: "123456" });
    await mfa.factors.enable({ challenge: "over" }, { code: "123456" });
    await mfa.factors.resync(subject, second.factorId, ["1", "2"]);
    await mfa.factors.remove(subject, user.factorId, { code: user.wrong(), challenge: "over" });
    await mfa.factors.remove(subject, user.factorId, { code: user.wrong() });
    good(await mfa.disable(subject, proof()));
    const counted = Object.keys(await since()).flatMap(
      (series) => /purpose="([^"]+)",outcome="(\w+)"/.exec(series)?.slice(1).join(" ") ?? [],
    );
    expect(counted.sort()).toStrictEqual([
      "nightlatch:disable ok",
      "nightlatch:enable expired",
      "nightlatch:enable invalid",
      "nightlatch:recovery-codes ok",
      "nightlatch:remove expired",
      "nightlatch:remove invalid",
      "nightlatch:resync invalid",
      "nightlatch:setup ok",
    ]);
  });

  it("enrolments by how they came", async () => {
    const { kit, mfa, since } = await start();
    await kit.enrolled(mfa);
    expect(await since()).toMatchObject({
      'mfa_enrolments_total{method="totp",source="setup"}': 1,
      [verifications("totp", "nightlatch:enable", "ok")]: 1,
    });
    good(await mfa.factors.import(kit.someone(), "otpauth://totp/A:a?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=A"));
    expect(await since()).toStrictEqual({ 'mfa_enrolments_total{method="totp",source="import"}': 1 });
  });

  it("how far authenticators are off, to the widest window, and never in another bucket", async () => {
    const { kit, mfa, user, subject, register } = await start({ factors: [totp({ window: 3 })] });
    for (const steps of [-3, -1, -1, 0, 2, 3]) {
      kit.clock.advance(10 * STEP);
      good(await mfa.verify({ subject, code: user.code(steps) }));
    }
    promMetrics({ register }).record({ type: "totp_drift", steps: 99 });
    promMetrics({ register }).record({ type: "totp_drift", steps: -99 });
    const scrape = await register.metrics();
    const upTo = (le: string): number => {
      const line = scrape.split("\n").find((text) => text.startsWith(`mfa_totp_drift_steps_bucket{le="${le}"}`));
      return Number(line?.split(" ")[1]);
    };
    expect(["-3", "-2", "-1", "0", "1", "2", "3", "+Inf"].map(upTo)).toStrictEqual([2, 2, 4, 5, 5, 6, 8, 8]);
  });

  it("the drift of a host's own factor is not counted: its steps may be of another length", async () => {
    const own = { ...totp(), type: "own" };
    const { mfa, user, subject, since } = await start({ factors: [own] });
    good(await mfa.verify({ subject, code: user.code() }));
    expect(await since()).toStrictEqual({ [verifications("own", "none", "ok")]: 1, [durations("ok")]: 1 });
  });

  it("a delivered code that would open a set-up, of a challenge that is over", async () => {
    const kit = createKit(createMfa, memoryStore());
    const register = new Registry();
    const factors = [totp(), email(async () => ({ to: "a" }))];
    const mfa = await kit.mfa({ factors, enrolment: { via: "email" }, metrics: promMetrics({ register }) });
    const over = await mfa.factors.setup(kit.someone(), { proof: { code: "123456", challenge: "over" } });
    expect(over).toStrictEqual({ ok: false, reason: "expired" });
    expect(await seriesOf(register)).toStrictEqual({
      [verifications("unknown", "nightlatch:setup", "expired")]: 1,
      [durations("expired")]: 1,
    });
  });

  it("each verb of the store that fails; the verification that it denied is a fault", async () => {
    const down = new Set<string>();
    const store = memoryStore();
    const failing = Object.fromEntries(
      Object.entries(store).map(([verb, run]) => [
        verb,
        async (...args: unknown[]) => {
          if (down.has(verb)) throw new Error("ECONNREFUSED");
          return await (run as (...args: unknown[]) => Promise<unknown>)(...args);
        },
      ]),
    ) as unknown as Store;
    const { kit, mfa, user, subject, since } = await start({ store: failing });
    const verify = () => mfa.verify({ subject, code: user.code() });
    for (const [verb, act, isVerification] of [
      ["charge", verify, true],
      ["settle", verify, true],
      ["read", () => mfa.status(subject), false],
      ["apply", () => mfa.revoke(subject), false],
      ["migrate", () => mfa.ready({ migrate: true }), false],
    ] as const) {
      kit.clock.advance(STEP);
      down.add(verb);
      await expect(act()).rejects.toMatchObject({ code: "store_failed" });
      down.clear();
      expect(await since()).toStrictEqual({
        [`mfa_store_errors_total{verb="${verb}"}`]: 1,
        ...(isVerification ? { [verifications("totp", "none", "fault")]: 1, [durations("fault")]: 1 } : {}),
      });
    }
  });

  it("a series that an alert waits for is there, at 0, before anything happens", async () => {
    const register = new Registry();
    await createKit(createMfa, memoryStore()).mfa({ metrics: promMetrics({ register }) });
    const scrape = await register.metrics();
    for (const outcome of ["ok", "invalid", "replayed", "locked", "expired", "fault"]) {
      expect(scrape).toContain(`${verifications("totp", "none", outcome)} 0`);
      expect(scrape).toContain(`${durations(outcome)} 0`);
    }
    expect(scrape).toContain('mfa_replays_total{method="totp"} 0');
    expect(scrape).toContain('mfa_lockouts_total{lane="authenticator"} 0');
    expect(scrape).toContain('mfa_lockouts_total{lane="recovery"} 0');
    expect(scrape).toContain("mfa_recovery_codes_used_total 0");
    expect(scrape).toContain('mfa_store_errors_total{verb="charge"} 0');
  });
});

describe("labels are bounded", () => {
  const VALUES: Record<string, readonly string[]> = {
    method: ["totp", "recovery_code", "unknown"],
    purpose: [
      "none",
      "other",
      "pay",
      ...["enable", "setup", "remove", "disable", "recovery-codes", "resync"].map((act) => `nightlatch:${act}`),
    ],
    outcome: ["ok", "invalid", "replayed", "locked", "expired", "fault"],
    source: ["setup", "import"],
    lane: ["authenticator", "recovery", "unknown"],
  };

  /** The labels of a scrape that are none of those foreseen. */
  const unforeseen = (scrape: string): string[] =>
    [...scrape.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
      .filter(([, name = "", value = ""]) => !["le", "verb"].includes(name) && !VALUES[name]?.includes(value))
      .map(([label]) => label);

  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("__proto__", "constructor", "toString", 'a"} 1\nevil{x="', "none", "other", "totp\nx"),
  );

  it("whatever is recorded", async () => {
    const register = new Registry();
    const metrics = promMetrics({ register, purposes: ["pay"] });
    const all = { methods: ["totp", "recovery_code"], purposes: VALUES.purpose?.slice(3) ?? [], lanes: ["authenticator", "recovery"] };
    metrics.declare({ ...all, verbs: ["charge"] });
    const bound = (await register.metrics()).split("\n").length;
    const measurement = fc.oneof(
      fc.record({
        type: fc.constant("verification"),
        method: fc.option(text, { nil: undefined }),
        purpose: fc.option(text, { nil: undefined }),
        outcome: text,
        seconds: fc.double({ min: 0, max: 100, noNaN: true }),
      }),
      fc.record({ type: fc.constant("enrolment"), method: text, source: text }),
      fc.record({ type: fc.constant("lockout"), lane: text }),
      fc.record({ type: fc.constant("replay"), method: text }),
      fc.record({ type: fc.constant("totp_drift"), steps: fc.integer() }),
      fc.record({ type: fc.constant("store_error"), verb: text }),
      fc.record({ type: text }),
    );
    fc.assert(
      fc.property(measurement, (any) => void metrics.record(any as Measurement)),
      { numRuns: 2_000 },
    );
    const scrape = await register.metrics();
    expect(unforeseen(scrape)).toStrictEqual([]);
    expect(
      [...scrape.matchAll(/verb="([^"]*)"/g)].map(([, verb]) => verb).filter((verb) => verb !== "charge" && verb !== "unknown"),
    ).toStrictEqual([]);
    // Each method may meet each purpose and outcome once: nothing grows with use.
    expect(scrape.split("\n").length).toBeLessThan(bound + 3 * 9 * 6 + 10);
  });

  it("whatever subjects, purposes and codes the engine is given", async () => {
    const { kit, mfa, register } = await start({}, { purposes: ["pay"] });
    const wellFormed = fc.string({ minLength: 1, maxLength: 64 }).filter((id) => id.isWellFormed() && !id.includes("\0"));
    const purpose = fc.oneof(fc.stringMatching(/^[!-~]{1,64}$/), fc.constantFrom("pay", "none", "nightlatch:disable", "__proto__"));
    await fc.assert(
      fc.asyncProperty(
        wellFormed,
        wellFormed,
        purpose,
        text,
        fc.stringMatching(/^[0-9]{6}$/),
        async (id, tenant, forWhat, code, digits) => {
          const subject = { id, tenant };
          await mfa.verify({ subject, code: digits, demand: { purpose: forWhat } });
          await mfa.verify({ subject, code });
          await mfa.verify({ challenge: code, code: digits });
          await mfa.factors.remove(subject, code, { code: digits });
          await mfa.factors.resync(subject, code, [digits, digits]);
          kit.clock.advance(MINUTE);
        },
      ),
      { numRuns: 200 },
    );
    expect(unforeseen(await register.metrics())).toStrictEqual([]);
  });
});

describe("metrics are never in the way", () => {
  afterEach(() => vi.restoreAllMocks());

  const failing: [string, Metrics][] = [
    ["throws", { declare: () => void 0, record: () => expect.fail("record") }],
    ["throws when told what there is", { declare: () => expect.fail("declare"), record: () => void 0 }],
    ["rejects", { declare: () => void 0, record: (async () => expect.fail("record")) as Metrics["record"] }],
    ["never answers", { declare: () => void 0, record: (() => new Promise(() => undefined)) as never }],
  ];

  it.each(failing)("one that %s changes no answer; all that is heard is one warning", async (name, metrics) => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { mfa, user, subject } = await start({ metrics });
    good(await mfa.verify({ subject, code: user.code() }));
    expect(await mfa.verify({ subject, code: user.code() })).toMatchObject({ ok: false, reason: "replayed", attemptsLeft: 4 });
    expect(await mfa.verify({ subject, code: user.wrong() })).toMatchObject({ ok: false, reason: "invalid", attemptsLeft: 3 });
    expect(warned.mock.calls.map(([, about]) => about)).toStrictEqual(
      name === "never answers" ? [] : [{ type: "NightlatchWarning", code: "NIGHTLATCH_METRICS" }],
    );
  });

  it("what is no metrics stops the start", () => {
    const given = (metrics: unknown) => () =>
      createMfa({ issuer: "A", keys: {} as never, store: memoryStore(), metrics: metrics as Metrics });
    expect(given({ record: () => undefined })).toThrow(/metrics: must have declare\(\), record\(\)/);
    expect(given("prom")).toThrow(/metrics: must have/);
  });
});

describe("a registry", () => {
  it("is shared by several engines, and by a module that was loaded anew", async () => {
    const register = new Registry();
    const first = await start({ metrics: promMetrics({ register, purposes: ["pay"] }) });
    const second = await start({ metrics: promMetrics({ register, purposes: ["buy"] }) });
    vi.resetModules();
    const again = await import("../src/metrics/index.ts");
    expect(again.promMetrics).not.toBe(promMetrics);
    const third = await start({ metrics: again.promMetrics({ register }) });
    for (const { mfa, user, subject } of [first, second, third]) good(await mfa.verify({ subject, code: user.code() }));
    expect(await seriesOf(register)).toMatchObject({ [verifications("totp", "none", "ok")]: 3, [durations("ok")]: 6 });
  });

  it("without a register it is prom-client's own; a prefix stands before every name", async () => {
    const { register } = await import("prom-client");
    promMetrics({ prefix: "acme_" });
    const names = (await register.getMetricsAsJSON()).map(({ name }) => name);
    expect(names).toHaveLength(8);
    for (const name of names) expect(name).toMatch(/^acme_mfa_/);
    register.clear();
  });

  it("may speak OpenMetrics", async () => {
    const register = new Registry<OpenMetricsContentType>();
    register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const { mfa, user, subject } = await start({ metrics: promMetrics({ register }) });
    await register.metrics();
    promMetrics({ register });
    good(await mfa.verify({ subject, code: user.code() }));
    expect(await register.metrics()).toMatch(/mfa_verifications_total\{method="totp",purpose="none",outcome="ok"\} 1\n(?:.*\n)*# EOF\n$/);
  });

  it("with another metric of a name of ours is told so at the start", () => {
    const register = new Registry();
    new Counter({ name: "mfa_replays_total", help: "Mine", labelNames: ["user"], registers: [register] });
    expect(() => promMetrics({ register })).toThrow(/mfa_replays_total of another form.*a prefix, or a registry of its own/);
    expect(() => promMetrics({ register, prefix: "acme_" })).not.toThrow();
  });

  it.each([
    [{ purposes: ["none"] }, /"none" can't be a purpose here/],
    [{ purposes: ["other"] }, /"other" can't be/],
    [{ purposes: ["two words"] }, /"two words"/],
    [{ purposes: Array.from({ length: 51 }, (_, n) => `p${n}`) }, /50 at most/],
    [{ purposes: "pay" as never }, /50 at most/],
    [{ prefix: "1" }, /begins with no digit/],
    [{ prefix: "my app" }, /prefix is made of/],
  ])("options that make no sense are refused: %j", (options, message) => {
    expect(() => promMetrics({ register: new Registry(), ...options })).toThrow(message);
  });
});

it("A42 no secret and no subject stands in a scrape, whatever was done and whatever went wrong", async () => {
  const canary = "canary-7f3a";
  const faulty = { on: false };
  const inner = memoryStore();
  const store: Store = {
    ...inner,
    async read(who) {
      if (faulty.on) throw new Error(`${canary}: ${JSON.stringify(who)}`);
      return await inner.read(who);
    },
  };
  const { kit, mfa, register } = await start({
    store,
    factors: [totp(), email(async () => ({ to: canary }))],
    trustedDevices: { for: "1d" },
  });
  const subject = { id: canary, tenant: `${canary}-tenant`, name: `${canary}-name`, session: `${canary}-session` };
  const secrets: string[] = [canary];
  const user = await kit.enrolled(mfa, subject);
  secrets.push(user.grant, user.uri, user.factorId, ...user.recoveryCodes, totpCode(user.secret, kit.clock.now - STEP));
  const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
  const code = user.code();
  const verified = good(await mfa.verify({ challenge, code, session: subject.session, device: { name: canary } }));
  secrets.push(challenge, code, verified.grant, verified.device?.token ?? "no device", user.wrong());
  await mfa.verify({ subject, code, demand: { purpose: canary, bind: [canary] } });
  await mfa.verify({ subject, code: user.wrong(), demand: { purpose: canary } });
  await mfa.verify({ subject, code: canary });
  good(await mfa.verify({ subject, code: user.recoveryCodes[0] ?? "" }));
  await mfa.factors.remove(subject, canary, { code: canary });
  faulty.on = true;
  await mfa.status(subject).catch(() => undefined);

  const text = await register.metrics();
  expect(text).toContain('mfa_store_errors_total{verb="read"} 1');
  // Six digits of a code may well stand in a sum of seconds.
  const scrape = text.replaceAll(/ [\d.e+-]+$/gm, "");
  expect(secrets.filter((secret) => scrape.includes(secret))).toStrictEqual([]);
  expect(JSON.stringify(await register.getMetricsAsJSON())).not.toContain(canary);
});
