import { describe, expect, it } from "vitest";
import { createMfa, keyring, type Store, StoreError } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { TEST_KEYS } from "./support/kit.ts";

const failing = (fault: unknown) =>
  createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: { ...memoryStore(), read: () => Promise.reject(fault) } });

const faultOf = async (fault: unknown): Promise<StoreError> => {
  const error = await failing(fault)
    .status({ id: "u" })
    .catch((thrown: unknown) => thrown);
  if (error instanceof StoreError) return error;
  throw new Error(`No StoreError: ${String(error)}`);
};

describe("what a store's fault tells", () => {
  it("R40 the verb, the first line of what the driver said, and the fault itself as its cause", async () => {
    const cause = new Error(`connection refused\n  password=hunter2`);
    const { message, ...rest } = await faultOf(cause);
    expect(message).toBe("The store failed in read(): connection refused. What was asked is denied.");
    expect(rest).toMatchObject({ code: "store_failed" });
    expect((await faultOf(cause)).cause).toBe(cause);
    expect((await faultOf(new Error("x".repeat(300)))).message).toContain(`: ${"x".repeat(200)}. What`);
  });

  it.each([
    [Object.assign(new AggregateError([new Error("inner")]), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
    [new AggregateError([]), "AggregateError"],
    ["refused", "string"],
    [undefined, "undefined"],
    [null, "object"],
  ])("R40 %s without words of its own is told as %s", async (fault, told) => {
    expect((await faultOf(fault)).message).toBe(`The store failed in read(): ${told}. What was asked is denied.`);
  });

  it.each([
    Object.assign(new Error('relation "nightlatch_subjects" does not exist'), { code: "42P01" }),
    Object.assign(new Error("Table 'x.nightlatch_subjects' doesn't exist"), { code: "ER_NO_SUCH_TABLE" }),
    new Error("no such table: nightlatch_subjects"),
  ])("how to mend missing tables, whatever the database calls them: %s", async (fault) => {
    expect((await faultOf(fault)).message).toMatch(/ready\(\{ migrate: true \}\)/);
  });

  it.each([
    Object.assign(new Error("deadlock detected"), { code: "40P01" }),
    new Error("there is no such table"),
    { message: 7 },
    "no such table",
    null,
  ])("nothing of that for other faults: %s", async (fault) => {
    expect((await faultOf(fault)).message).not.toContain("migrate");
  });

  it("an error of Nightlatch's own leaves as it is", async () => {
    const own = new StoreError("The file stays busy.");
    expect(await faultOf(own)).toBe(own);
  });

  it("a store that lacks a verb stops the start, and is told how to be made", () => {
    const { spend: _, ...store } = memoryStore();
    expect(() => createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: store as Store })).toThrow(
      /store: must have .*spend\(\).*postgresStore\(client\)/,
    );
    expect(() => createMfa({ issuer: "", keys: keyring(TEST_KEYS), store: memoryStore() })).not.toThrow(/postgresStore/);
  });
});
