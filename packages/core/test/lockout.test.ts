import { describe, expect, it } from "vitest";
import { ConfigError, createMfa, keyring, type LockoutPolicy } from "../src/index.ts";
import { attemptsLeft, closedUntil, compileLockout, leaked, lockAfter } from "../src/lockout/policy.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { DAY, HOUR, MINUTE, SECOND, TEST_KEYS } from "./support/kit.ts";

describe("the bounds of a policy", () => {
  const start = (lockout: LockoutPolicy) => createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: memoryStore(), lockout });

  it.each<LockoutPolicy>([
    { failures: 1 },
    { failures: 10 },
    { lock: 1 },
    { lock: "24h" },
    { longest: "15m" },
    { lock: "1s", longest: "1s" },
    { notice: 1 },
    { notice: 100 },
    { suspend: 5 },
    { suspend: 100 },
    { failures: 3, suspend: 3 },
    { suspend: 20, notice: 20 },
    { leak: "1h" },
    { lock: "365d", longest: "365d", leak: "365d" },
  ])("R16 %j is within them", (lockout) => {
    expect(() => start(lockout)).not.toThrow();
  });

  it.each<[keyof LockoutPolicy, LockoutPolicy]>([
    ["failures", { failures: 0 }],
    ["failures", { failures: 11 }],
    ["failures", { failures: 2.5 }],
    ["lock", { lock: 0 }],
    ["lock", { lock: "soon" as "1s" }],
    ["longest", { longest: 0 }],
    ["longest", { longest: "14m" }],
    ["notice", { notice: 0 }],
    ["notice", { notice: 101 }],
    ["notice", { suspend: 20, notice: 21 }],
    ["suspend", { suspend: 4 }],
    ["suspend", { failures: 10, suspend: 9 }],
    ["suspend", { suspend: 101 }],
    ["leak", { leak: "59m" }],
    ["lock", { lock: "366d", longest: "366d" }],
    ["longest", { longest: "366d" }],
    ["leak", { leak: "999999999d" }],
  ])("R16 what is wrong with %s is said by its name: %j", (name, lockout) => {
    expect(() => start(lockout)).toThrow(ConfigError);
    expect(() => start(lockout)).toThrow(`lockout.${name} `);
  });
});

describe("the schedule", () => {
  it("R21 with the defaults: 15 minutes after 5 failures, twice as long after each further 5, a day from the 35th on", () => {
    const schedule = compileLockout();
    const locks = Array.from({ length: 37 }, (_, run) => lockAfter(schedule, run));
    const expected = Array<number>(37).fill(0);
    for (const [run, minutes] of [
      [5, 15],
      [10, 30],
      [15, 60],
      [20, 120],
      [25, 240],
      [30, 480],
      [35, 960],
    ] as const) {
      expected[run] = minutes * MINUTE;
    }
    expect(locks).toEqual(expected);
    expect(lockAfter(schedule, 40)).toBe(DAY);
    expect(lockAfter(schedule, 41)).toBe(DAY);
    expect(lockAfter(schedule, 1_000)).toBe(DAY);
    expect(schedule).toMatchObject({ noticeAt: 10, suspendAt: 100, leakEvery: DAY });
  });

  it("R21 no lock is longer than the longest, and from the first of that length every failure brings one", () => {
    const schedule = compileLockout({ failures: 2, lock: "10m", longest: "15m", leak: "2h", suspend: 50, notice: 7 });
    expect(Array.from({ length: 7 }, (_, run) => lockAfter(schedule, run) / MINUTE)).toEqual([0, 0, 10, 0, 15, 15, 15]);
    expect(schedule).toMatchObject({ noticeAt: 7, suspendAt: 50, leakEvery: 2 * HOUR });
    const single = compileLockout({ failures: 1, lock: 1, longest: 1 });
    expect([0, 1, 2].map((run) => lockAfter(single, run))).toEqual([0, SECOND, SECOND]);
  });

  it("R16 a notice comes before a suspension, whichever of them is set", () => {
    expect(compileLockout({ suspend: 7 }).noticeAt).toBe(7);
    expect(compileLockout({ suspend: 60 }).noticeAt).toBe(10);
  });

  it("can't be changed by whoever holds it", () => {
    const schedule = compileLockout();
    expect(Object.isFrozen(schedule)).toBe(true);
    expect(Object.isFrozen(schedule.locks)).toBe(true);
  });

  it("R40 tells how many failures are left before a lock, and none when a failure locks", () => {
    const schedule = compileLockout();
    expect([0, 1, 4, 5, 6, 9, 10, 34, 35, 40, 99].map((run) => attemptsLeft(schedule, run))).toEqual([5, 4, 1, 0, 4, 1, 0, 1, 0, 0, 0]);
  });
});

describe("the long tally", () => {
  const schedule = compileLockout({ leak: "1d" });
  const at = 1_000 * DAY;

  it("R16 forgets one failure a leak, and keeps the time until the next", () => {
    expect(leaked(schedule, { tally: 3, tallyAt: at }, at + DAY - 1)).toEqual({ tally: 3, tallyAt: at });
    expect(leaked(schedule, { tally: 3, tallyAt: at }, at + DAY)).toEqual({ tally: 2, tallyAt: at + DAY });
    expect(leaked(schedule, { tally: 3, tallyAt: at }, at + 2 * DAY + 5)).toEqual({ tally: 1, tallyAt: at + 2 * DAY });
    expect(leaked(schedule, { tally: 3, tallyAt: at }, at + 3 * DAY + 5)).toEqual({ tally: 0, tallyAt: at + 3 * DAY + 5 });
    expect(leaked(schedule, { tally: 3, tallyAt: at }, at + 30 * DAY)).toEqual({ tally: 0, tallyAt: at + 30 * DAY });
  });

  it("A47 forgets nothing when a clock steps back", () => {
    expect(leaked(schedule, { tally: 3, tallyAt: at }, at - 5 * DAY)).toEqual({ tally: 3, tallyAt: at });
  });

  it("R16 closes a lane once it is full, for a leak; else a lock alone does", () => {
    expect(closedUntil(schedule, { tally: 100, tallyAt: at }, null)).toBe(at + DAY);
    expect(closedUntil(schedule, { tally: 101, tallyAt: at }, at + 1)).toBe(at + DAY);
    expect(closedUntil(schedule, { tally: 100, tallyAt: at }, at + 2 * DAY)).toBe(at + 2 * DAY);
    expect(closedUntil(schedule, { tally: 99, tallyAt: at }, null)).toBe(0);
    expect(closedUntil(schedule, { tally: 99, tallyAt: at }, at + 7)).toBe(at + 7);
  });
});
