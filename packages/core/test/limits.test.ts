import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { ConfigError } from "../src/index.ts";
import { createRateLimits, memoryLimits, type RateLimits, rateLimitPresets } from "../src/limits/index.ts";
import { backends, type OpenedBackend } from "./support/limit-backends.ts";

const PRESETS = { five: { points: 5, per: "1m" }, other: { points: 5, per: "1m" }, "five:more": { points: 5, per: 10 } } as const;

describe.each(backends)("rate limits on $name", ({ open }) => {
  let opened: OpenedBackend;
  let limits: RateLimits<keyof typeof PRESETS>;
  let key: string;

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    opened = await open();
    limits = createRateLimits(PRESETS, opened.backend);
    await limits.ready();
  });
  afterAll(async () => {
    vi.useRealTimers();
    await opened.close();
  });
  beforeEach(() => {
    key = `user ${randomUUID()}`;
  });

  const consumed = async (times: number) => {
    for (let n = 0; n < times; n += 1) await limits.consume("five", key);
  };

  test("A10 a limit counts down, and refuses what is over it until its window ends", async () => {
    for (const remaining of [4, 3, 2, 1, 0]) {
      const answer = await limits.consume("five", key);
      expect(answer).toEqual({ allowed: true, limit: 5, remaining, resetAt: expect.any(Date) });
      expect(Math.abs(answer.resetAt.getTime() - Date.now() - 60_000)).toBeLessThan(30_000);
    }
    const refused = await limits.consume("five", key);
    expect(refused).toEqual({ allowed: false, limit: 5, remaining: 0, resetAt: expect.any(Date), retryAfter: expect.any(Number) });
    expect(refused.retryAfter).toBe(Math.ceil((refused.resetAt.getTime() - Date.now()) / 1000));
    expect(refused.retryAfter).toBeGreaterThan(30);

    await opened.pass(61);
    expect(await limits.consume("five", key)).toMatchObject({ allowed: true, remaining: 4 });
  });

  test("what is refused does not prolong the window", async () => {
    await consumed(5);
    await opened.pass(40);
    expect(await limits.consume("five", key)).toMatchObject({ allowed: false });
    await opened.pass(21);
    expect(await limits.consume("five", key)).toMatchObject({ allowed: true, remaining: 4 });
  });

  test("points are consumed together, and what is too much is refused", async () => {
    expect(await limits.consume("five", key, 3)).toMatchObject({ allowed: true, remaining: 2 });
    expect(await limits.consume("five", key, 2)).toMatchObject({ allowed: true, remaining: 0 });
    expect(await limits.consume("five", key, 2)).toMatchObject({ allowed: false, remaining: 0 });
  });

  test("peek counts nothing, and tells what consume would find", async () => {
    expect(await limits.peek("five", key)).toEqual({ allowed: true, limit: 5, remaining: 5, resetAt: expect.any(Date) });
    await consumed(4);
    expect(await limits.peek("five", key)).toMatchObject({ allowed: true, remaining: 1 });
    expect(await limits.peek("five", key)).toMatchObject({ allowed: true, remaining: 1 });
    await consumed(1);
    const full = await limits.peek("five", key);
    expect(full).toMatchObject({ allowed: false, remaining: 0 });
    expect(full.retryAfter).toBeGreaterThan(30);
    await opened.pass(61);
    expect(await limits.peek("five", key)).toMatchObject({ allowed: true, remaining: 5 });
  });

  test("reset forgets what a key has used", async () => {
    await consumed(6);
    expect(await limits.reset("five", key)).toEqual({ allowed: true, limit: 5, remaining: 5, resetAt: expect.any(Date) });
    expect(await limits.consume("five", key)).toMatchObject({ allowed: true, remaining: 4 });
    expect(await limits.reset("five", "never seen")).toMatchObject({ allowed: true, remaining: 5 });
  });

  test("names and keys each have a count of their own, however they are put together", async () => {
    await consumed(6);
    expect(await limits.consume("other", key)).toMatchObject({ allowed: true, remaining: 4 });
    expect(await limits.consume("five", `${key} `)).toMatchObject({ allowed: true, remaining: 4 });
    await limits.consume("five", "more]:x");
    expect(await limits.peek("five:more", "x")).toMatchObject({ remaining: 5 });
  });

  test("keys of any characters and length are counted, and none for another", async () => {
    const keys = ["a\0b", "a", "é", "e\u0301", "\ud800", "\ud801", "x".repeat(128), "x".repeat(129), "y".repeat(100_000), "~", "😀", "*"];
    const mine = keys.map((one) => `${one}${key}`);
    for (const one of mine) expect(await limits.consume("five", one)).toMatchObject({ allowed: true, remaining: 4 });
    for (const one of mine) expect(await limits.consume("five", one)).toMatchObject({ allowed: true, remaining: 3 });
  });

  test("no key can be made that is counted as a longer one", async () => {
    const long = key.repeat(4);
    await limits.consume("five", long);
    const digest = createHash("sha256").update(long, "utf16le").digest("base64url");
    for (const guess of [digest, `~${digest}`]) expect(await limits.peek("five", guess)).toMatchObject({ remaining: 5 });
    expect(await limits.peek("five", long)).toMatchObject({ remaining: 4 });
  });

  test("of many at once exactly so many are allowed", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => limits.consume("five", key)));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(5);
    expect(answers.filter(({ fault }) => fault)).toHaveLength(0);
  });
});

describe("what is declared", () => {
  const limits = createRateLimits(PRESETS, memoryLimits());

  test("the presets are data, and limit what they say", async () => {
    const shipped = createRateLimits(rateLimitPresets, memoryLimits());
    const said = Object.keys(rateLimitPresets).map((name) => {
      const { limit, window } = shipped.policy(name as keyof typeof rateLimitPresets);
      return `${name} ${limit}/${window}`;
    });
    expect(said).toEqual([
      "owner:admin 100/60",
      "api:public 20/60",
      "api:authenticated 60/60",
      "ai:query 10/60",
      "email:send 5/60",
      "export:data 3/60",
    ]);
    const exports = await Promise.all([1, 2, 3, 4].map(() => shipped.consume("export:data", "u")));
    expect(exports.map(({ allowed }) => allowed)).toEqual([true, true, true, false]);
  });

  test("a name that is not declared is the program's mistake, for TypeScript and at run time", async () => {
    // @ts-expect-error: no such name
    const verbs = [limits.consume("six", "u"), limits.peek("six", "u"), limits.reset("six", "u")];
    for (const verb of verbs) await expect(verb).rejects.toThrow('There is no rate limit "six"; there are five, other, five:more.');
    // @ts-expect-error: nor here
    expect(() => limits.policy("toString")).toThrow(ConfigError);
  });

  test.each([undefined, null, "", 7, {}, ["u"], "x".repeat(1_048_577)])("a key of %j is the program's mistake", async (key) => {
    await expect(limits.consume("five", key as string)).rejects.toThrow(ConfigError);
    await expect(limits.peek("five", key as string)).rejects.toThrow(ConfigError);
    await expect(limits.reset("five", key as string)).rejects.toThrow(ConfigError);
  });

  test.each([0, -1, 1.5, 6, Number.NaN, "1", null])("points of %j are the program's mistake, and count nothing", async (points) => {
    await expect(limits.consume("five", "points", points as number)).rejects.toThrow(ConfigError);
    expect(await limits.peek("five", "points")).toMatchObject({ remaining: 5 });
  });

  test.each([
    ["no limit at all", {}],
    ["nothing", undefined],
    ["a name with a quote", { 'a"b': { points: 1, per: "1m" } }],
    ["a name with a bracket", { "a]b": { points: 1, per: "1m" } }],
    ["no preset", { a: undefined }],
    ["no points", { a: { per: "1m" } }],
    ["points of nothing", { a: { points: 0, per: "1m" } }],
    ["half a point", { a: { points: 0.5, per: "1m" } }],
    ["points as text", { a: { points: "5", per: "1m" } }],
    ["too many points", { a: { points: 1_000_000_001, per: "1m" } }],
    ["no window", { a: { points: 1 } }],
    ["a window of nothing", { a: { points: 1, per: 0 } }],
    ["a window that no timer holds", { a: { points: 1, per: "8d" } }],
    ["a misspelt member", { a: { points: 1, per: "1m", burst: 3 } }],
  ])("%s stops the start", (_, presets) => {
    expect(() => createRateLimits(presets as never, memoryLimits())).toThrow(ConfigError);
  });

  test("bounds are taken as they are", () => {
    const presets = { most: { points: 1_000_000_000, per: "7d" }, least: { points: 1, per: 1 } } as const;
    expect(createRateLimits(presets, memoryLimits()).policy("most")).toEqual({ limit: 1_000_000_000, window: 604_800 });
  });

  test.each([{ whenDown: "allow" }, { timeout: 0 }, { timeout: "2m" }, { timeout: 0.5 }, { onError: "log" }, { whenDwon: "deny" }])(
    "an option of %j stops the start",
    (options) => {
      expect(() => createRateLimits(PRESETS, memoryLimits(), options as never)).toThrow(ConfigError);
    },
  );
});
