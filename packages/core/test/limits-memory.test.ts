import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConfigError } from "../src/index.ts";
import { createRateLimits, memoryLimits } from "../src/limits/index.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.now() }));
afterEach(() => void vi.useRealTimers());

const pass = (seconds: number): void => void vi.setSystemTime(Date.now() + seconds * 1000);

const two = { two: { points: 2, per: "1m" } } as const;

test("A10 keys beyond the cap share one count, and are refused together; those within it keep their own", async () => {
  const limits = createRateLimits(two, memoryLimits({ keys: 3 }));
  for (const key of ["a", "b", "c"]) expect(await limits.consume("two", key)).toMatchObject({ allowed: true, remaining: 1 });
  expect(await limits.peek("two", "d")).toMatchObject({ allowed: true, remaining: 2 });
  expect(await limits.consume("two", "d")).toMatchObject({ allowed: true, remaining: 1 });
  expect(await limits.consume("two", "e")).toMatchObject({ allowed: true, remaining: 0 });
  expect(await limits.consume("two", "f")).toMatchObject({ allowed: false, retryAfter: 60 });
  await limits.reset("two", "e");
  expect(await limits.peek("two", "e")).toMatchObject({ allowed: false });
  expect(await limits.consume("two", "a")).toMatchObject({ allowed: true, remaining: 0 });
  expect(await limits.consume("two", "a")).toMatchObject({ allowed: false });
});

test("A10 keys whose window is over make room, and only those", async () => {
  const limits = createRateLimits(two, memoryLimits({ keys: 2 }));
  await limits.consume("two", "old");
  pass(30);
  await limits.consume("two", "young");
  for (let n = 0; n < 3; n += 1) await limits.consume("two", `new-${n}`);
  expect(await limits.peek("two", "another")).toMatchObject({ allowed: false });
  pass(31);
  expect(await limits.consume("two", "another")).toMatchObject({ allowed: true, remaining: 1 });
  expect(await limits.consume("two", "young")).toMatchObject({ allowed: true, remaining: 0 });
  // It is full again, and what those beyond share has not ended.
  expect(await limits.consume("two", "old")).toMatchObject({ allowed: false });
  pass(60);
  expect(await limits.consume("two", "old")).toMatchObject({ allowed: true, remaining: 1 });
});

test("A10 a key whose window was opened anew is behind the others, not swept with them", async () => {
  const limits = createRateLimits(two, memoryLimits({ keys: 2 }));
  await limits.consume("two", "first");
  await limits.consume("two", "second");
  pass(61);
  await limits.consume("two", "first", 2);
  expect(await limits.consume("two", "third")).toMatchObject({ remaining: 1 });
  expect(await limits.consume("two", "first")).toMatchObject({ allowed: false });
});

test("A10 the stand-in for a backend that is down has the cap too", { timeout: 60_000 }, async () => {
  const down = { limiter: () => ({ consume: fail, get: fail, delete: fail }) };
  const limits = createRateLimits(two, down, { whenDown: "memory", onError: () => {} });
  for (let n = 0; n < 100_000; n += 1) await limits.consume("two", `key-${n}`);
  const beyond = await Promise.all(["x", "y", "z"].map((key) => limits.consume("two", key)));
  expect(beyond.map(({ allowed }) => allowed)).toEqual([true, true, false]);
  expect(await limits.consume("two", "key-7")).toMatchObject({ allowed: true, remaining: 0, standIn: true });
});

const fail = (): Promise<never> => Promise.reject(new Error("down"));

test.each([0, 1.5, -1, Number.NaN, 10_000_001, "9"])("keys: %j stops the start", (keys) => {
  expect(() => memoryLimits({ keys: keys as number })).toThrow(ConfigError);
});

test("a misspelt option stops the start", () => {
  expect(() => memoryLimits({ key: 3 } as never)).toThrow(/"key"/);
});
