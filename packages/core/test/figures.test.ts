import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Arena, grounds } from "../figures/arenas.ts";
import { doubleSpends } from "../figures/double-spends.ts";
import { failureCounts } from "../figures/failure-counts.ts";
import { killed } from "../figures/killed.ts";
import { sharedContract } from "../figures/shared-contract.ts";
import { storeFaults } from "../figures/store-faults.ts";
import type { Store } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";

const [postgresUrl, mysqlUrl] = [inject("postgresUrl"), inject("mysqlUrl")];
const all = grounds({ postgresUrl: async () => postgresUrl, mysqlUrl: async () => mysqlUrl });
// Either client of SQLite runs the same store, and both are raced elsewhere.
const there = all.filter(({ name }) => name !== "better-sqlite3" && (name !== "mariadb" || mysqlUrl !== null));

// What is published of each store, in short: `pnpm figures` runs the same at length.
describe.each(there)("the figures of $name", ({ open, isShared }) => {
  let arena: Arena;
  beforeAll(async () => {
    const opened = await open();
    if (!opened) throw new Error("It has no server.");
    arena = opened;
  });
  afterAll(() => arena.close());

  it("R10 A5 of 4 submissions of one code one is taken, 32 rounds of 8 subjects at a time", async () => {
    const found = await doubleSpends(arena, { rounds: 32, racers: 4 });
    expect(found).toEqual({ rounds: 32, submissions: 128, compared: 128, doubleSpent: 0, unspent: 0 });
  });

  it("A9 of 300 wrong codes at once each is counted, as a failure or as refused", async () => {
    expect(await failureCounts(arena, 300)).toEqual({ guesses: 300, compared: 5, counted: 5, refused: 295, lost: 0 });
  });

  it("R40 whichever write of whichever act fails, before, within or behind it: nobody gets in, and no code is taken twice", async () => {
    const { before, during, after, closed, open } = await storeFaults(arena, 1);
    expect(open).toEqual([]);
    expect([before, after, closed]).toEqual([16, 16, 32 + during]);
    expect(during > 0).toBe(arena.tables !== undefined);
  });

  if (isShared) {
    it("R8 a code stays spent that a process took before it was killed without an answer, and the next one works", async () => {
      expect(await killed(arena, 1)).toEqual({ deaths: 1, revived: 0, stuck: 0 });
    });
  }

  it("keeps the contract in every process that shares it, at the same time", async () => {
    expect((await sharedContract(arena)).failed).toEqual([]);
  });
});

describe("a figure of a store that is broken", () => {
  const arenaOf = (edit: (store: Store) => Partial<Store>): Arena => {
    const store = memoryStore();
    return { store: { ...store, ...edit(store) }, close: async () => {} };
  };

  it("shows codes that are taken twice", async () => {
    const arena = arenaOf((store) => ({
      async settle(settlement) {
        const outcome = await store.settle(settlement);
        return settlement.claim ? "won" : outcome;
      },
    }));
    expect((await doubleSpends(arena, { rounds: 8, racers: 4 })).doubleSpent).toBe(8);
  });

  it("shows failures that are lost", async () => {
    const arena = arenaOf((store) => ({
      async read(who) {
        const state = await store.read(who);
        const { authenticator, recovery } = state.lanes;
        return { ...state, lanes: { authenticator: { ...authenticator, tally: authenticator.tally - 1 }, recovery } };
      },
    }));
    expect((await failureCounts(arena, 20)).lost).toBe(1);
  });

  it("shows a write that says it failed and leaves what it took to be taken again", async () => {
    const arena = arenaOf((store) => ({ spend: async (once, now) => (await store.spend(once, now)) || true }));
    expect((await storeFaults(arena, 1)).open.length).toBeGreaterThan(0);
  });
});
