import { describe, expect, it } from "vitest";
import { createMfa, keyring, type Store, StoreError } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { sqliteStore } from "../src/stores/sqlite/index.ts";
import { TEST_KEYS } from "./support/kit.ts";
import { clientNames, clients, newFile } from "./support/sqlite.ts";

const failing = (fault: unknown) =>
  createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: { ...memoryStore(), read: () => Promise.reject(fault) } });

const faultOf = async (fault: unknown): Promise<StoreError> => {
  const error = await failing(fault)
    .status({ id: "u" })
    .catch((thrown: unknown) => thrown);
  if (error instanceof StoreError) return error;
  throw new Error(`No StoreError: ${String(error)}`);
};

describe("what a store answers is held against its form", () => {
  type Fields = Record<string, unknown>;

  /** Answers with a field in them set to another value. */
  const bent = (verb: "read" | "charge" | "apply", path: string, value: unknown): Store => {
    const store = memoryStore();
    const real = store[verb] as (arg: never) => Promise<object>;
    return {
      ...store,
      async [verb](arg: never) {
        const answer = structuredClone(await real(arg)) as Fields;
        const names = path.split(".");
        const last = names.pop() ?? "";
        const place = names.reduce((inner, name) => inner[name] as Fields, answer);
        if (value === undefined) delete place[last];
        else place[last] = value;
        return answer;
      },
    };
  };

  const lanes = ["authenticator", "recovery"].flatMap((lane) => ["tally", "tallyAt", "lockedUntil"].map((name) => `lanes.${lane}.${name}`));
  const stateFields = [
    ...["epoch", "factors", "codes", "devices", "requiredSince", "switchedOff"],
    ...lanes,
    "lanes.authenticator",
    "lanes",
  ];

  it.each(stateFields)("R40 a state without %s, or with one of another type, denies", async (path) => {
    for (const value of [undefined, "7", true, {}, 1.5]) {
      if (path === "switchedOff" && value === "7") continue;
      const mfa = createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: bent("read", path, value) });
      await expect(mfa.status({ id: "u" }), `${path}: ${value}`).rejects.toMatchObject({
        code: "store_failed",
        message: expect.stringContaining("failed in read(): its answer lacks a field, or has one of another type"),
      });
    }
  });

  const charged = ["admitted", "seen", "seen.attempt", "seen.run", "seen.lockedUntil", "tally", "lockedUntil", "refusals"];
  const records = ["record", "record.epoch", "record.factors", "record.codes"];

  it.each([...charged, ...records])("R40 a charge without %s, or with one of another type, denies", async (path) => {
    for (const value of [undefined, "7", 1.5, {}]) {
      const mfa = createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: bent("charge", path, value) });
      await expect(mfa.verify({ subject: { id: "u" }, code: "123456" }), `${path}: ${value}`).rejects.toMatchObject({
        message: expect.stringContaining("failed in charge()"),
      });
    }
  });

  it.each<[string, unknown]>([
    ["admitted", true],
    ["admitted", "false"],
    ["until", undefined],
    ["until", "7"],
    ["reason", undefined],
    ["reason", "tired"],
  ])("R40 a refusal whose %s is %j denies", async (path, value) => {
    const store = bent("charge", path, value);
    const refusing: Store = {
      ...store,
      async charge() {
        const answer: Fields = { admitted: false, reason: "locked", until: 7, first: false };
        if (value === undefined) delete answer[path];
        else answer[path] = value;
        return answer as never;
      },
    };
    const mfa = createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: refusing });
    await expect(mfa.verify({ subject: { id: "u" }, code: "123456" })).rejects.toMatchObject({ code: "store_failed" });
  });

  it.each(["applied", "epoch"])("R40 a change whose answer lacks %s, or has one of another type, denies", async (path) => {
    for (const value of [undefined, "true", 1.5, null]) {
      const mfa = createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: bent("apply", path, value) });
      await expect(mfa.revoke({ id: "u" })).rejects.toMatchObject({ message: expect.stringContaining("failed in apply()") });
    }
  });

  it.each([undefined, null, 7, "state"])("R40 an answer of %j denies", async (answer) => {
    for (const verb of ["read", "charge", "apply"] as const) {
      const store = { ...memoryStore(), [verb]: async () => answer } as Store;
      const mfa = createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store });
      const call = {
        read: () => mfa.status({ id: "u" }),
        charge: () => mfa.verify({ subject: { id: "u" }, code: "123456" }),
        apply: () => mfa.revoke({ id: "u" }),
      };
      await expect(call[verb]()).rejects.toMatchObject({ code: "store_failed", message: expect.stringContaining(`failed in ${verb}()`) });
    }
  });
});

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

  it.each([
    [Object.assign(new Error("permission denied for table nightlatch_audit"), { code: "42501" }), "EXECUTE on nightlatch_blank"],
    [Object.assign(new Error("command denied to user"), { code: "ER_TABLEACCESS_DENIED_ERROR", errno: 1142 }), "Grant the database's user"],
    [Object.assign(new Error("Access denied to database"), { code: "ER_DBACCESS_DENIED_ERROR", errno: 1044 }), "Grant the database's user"],
    [Object.assign(new Error("readonly"), { code: "SQLITE_READONLY_DIRECTORY" }), "write the SQLite file and its folder"],
    [Object.assign(new Error("readonly"), { code: "ERR_SQLITE_ERROR", errcode: 1544 }), "write the SQLite file and its folder"],
  ])("how to mend a lack of rights, whatever the database calls it: %s", async (fault, mend) => {
    expect((await faultOf(fault)).message).toContain(mend);
  });

  it.each([
    Object.assign(new Error("wrong password"), { code: "ER_ACCESS_DENIED_ERROR", errno: 1045 }),
    Object.assign(new Error("busy"), { code: "ERR_SQLITE_ERROR", errcode: 5 }),
  ])("a wrong password and a busy file lack no right: %s", async (fault) => {
    expect((await faultOf(fault)).message).toMatch(/What was asked is denied\.$/);
  });

  it.each(clientNames)("a file that may only be read, through %s, is told with its mend", async (name) => {
    const { file, remove } = await newFile();
    const client = clients[name](file);
    try {
      await sqliteStore(client).migrate();
      client.exec("PRAGMA query_only = ON");
      const mfa = createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: sqliteStore(client) });
      await expect(mfa.ready()).rejects.toThrow(/readonly database.*Let the process write the SQLite file and its folder/);
    } finally {
      client.close();
      await remove();
    }
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
