import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMfa, type Mfa, type Store } from "../src/index.ts";
import { type SqliteClient, sqliteStore } from "../src/stores/sqlite/index.ts";
import { auditRow, benchFor, factorRow, recovery, START, someone, unused } from "../src/testing/contract-kit.ts";
import { storeContract } from "../src/testing/index.ts";
import { dyingAnytime, dyingAttempts, dyingChanges, victimOf } from "./support/dying.ts";
import { createKit, good, type Kit, together } from "./support/kit.ts";
import { type Racers, racersIn } from "./support/racers.ts";
import { type ClientName, clientNames, clients, newFile, type OpenedClient } from "./support/sqlite.ts";

let file: string;
let remove: () => Promise<void>;
let opened: OpenedClient[];

beforeEach(async () => {
  ({ file, remove } = await newFile());
  opened = [];
});

afterEach(async () => {
  for (const client of opened) client.close();
  await remove();
});

const open = (name: ClientName): OpenedClient => {
  const client = clients[name](file);
  opened.push(client);
  return client;
};

const migrated = async (client: SqliteClient): Promise<Store> => {
  const store = sqliteStore(client);
  await store.migrate();
  return store;
};

describe.each([
  ["node:sqlite", "node:sqlite"],
  ["node:sqlite", "better-sqlite3"],
] as const)("two processes against one file, on %s and on %s", (...names) => {
  let racers: Racers;
  let kit: Kit;
  let mfa: Mfa;

  beforeEach(async () => {
    const store = sqliteStore(open(names[0]));
    kit = createKit(createMfa, store);
    // Both processes, and this one, come to a file that is not there at once.
    [racers] = await Promise.all([racersIn(names.map((name) => ({ RACE_FILE: file, RACE_CLIENT: name }))), store.migrate()]);
    mfa = await kit.mfa();
  });

  afterEach(() => racers.stop());

  const race = (subject: string, code: string, times: number) =>
    racers.race(
      subject,
      Array.from({ length: times }, () => code),
      kit.clock.now,
    );

  it("R10 A5 of 50 submissions of one code exactly one succeeds, 100 rounds", async () => {
    for (let round = 0; round < 100; round += 1) {
      const user = await kit.enrolled(mfa);
      expect((await race(user.subject.id, user.code(), 25)).ok).toBe(1);
    }
  });

  it("A6 of 50 uses of one recovery code exactly one succeeds; the others stay as they were", async () => {
    for (let round = 0; round < 100; round += 1) {
      const user = await kit.enrolled(mfa);
      expect((await race(user.subject.id, user.recoveryCodes[0] ?? "", 25)).ok).toBe(1);
      expect((await mfa.status(user.subject)).recoveryCodesLeft).toBe(9);
    }
  });

  it("A9 of 5,000 wrong codes as many are compared as the policy admits, and every one of those is counted", async () => {
    const user = await kit.enrolled(mfa);
    const { ok, evaluations, reasons } = await race(user.subject.id, user.wrong(), 2500);
    expect({ ok, evaluations, invalid: reasons.filter((why) => why === "invalid").length }).toEqual({ ok: 0, evaluations: 5, invalid: 5 });
    const record = await kit.store.read({ tenant: "", subject: user.subject.id });
    expect(record.lanes.authenticator.tally).toBe(5);
  });
});

describe.each(clientNames)("a process that dies, on %s", (name) => {
  it("leaves a change whole or not begun, behind whichever statement", async () => {
    const store = await migrated(open(name));
    expect(await dyingChanges(store, victimOf(name, file))).toBeGreaterThanOrEqual(10);
  });

  it("leaves an attempt settled or charged, behind whichever statement", async () => {
    const store = await migrated(open(name));
    expect(await dyingAttempts(store, victimOf(name, file))).toBeGreaterThanOrEqual(7);
  });

  it("killed at any time, 20 times over, loses nothing that it was told, and the file still meets the contract", async () => {
    const client = open(name);
    const store = await migrated(client);
    await dyingAnytime(store, victimOf(name, file), 20);
    expect({ ...(client.prepare("PRAGMA integrity_check").get() as object) }).toEqual({ integrity_check: "ok" });
    for (const { run } of storeContract) await run(store);
  });
});

/** A connection that counts the statements it refused. */
function counted(client: SqliteClient): { client: SqliteClient; refusals: () => number } {
  let refused = 0;
  const counting = <T>(run: () => T): T => {
    try {
      return run();
    } catch (error) {
      refused += 1;
      throw error;
    }
  };
  return {
    client: {
      exec: (sql) => counting(() => client.exec(sql)),
      prepare(sql) {
        const statement = client.prepare(sql);
        return {
          get: (...values) => counting(() => statement.get(...values)),
          all: (...values) => counting(() => statement.all(...values)),
          run: (...values) => counting(() => statement.run(...values)),
        };
      },
    },
    refusals: () => refused,
  };
}

describe.each(clientNames)("a connection of %s", (name) => {
  it("commits to the disk, and writes ahead", async () => {
    const client = open(name);
    await migrated(client);
    expect({ ...(client.prepare("PRAGMA synchronous").get() as object) }).toEqual({ synchronous: 2 });
    expect({ ...(client.prepare("PRAGMA journal_mode").get() as object) }).toEqual({ journal_mode: "wal" });
  });

  it("waits for another that has the file, and the process goes on meanwhile", async () => {
    const { client, refusals } = counted(open(name));
    const bench = benchFor(await migrated(client));
    const other = open(name);
    other.exec("BEGIN IMMEDIATE");
    let isCharged = false;
    const charged = bench.admitted().finally(() => {
      isCharged = true;
    });
    // That this loop turns at all while the store asks again and again is the process going on.
    while (refusals() < 3) await setImmediate();
    expect(isCharged).toBe(false);
    other.exec("COMMIT");
    expect((await charged).seen.attempt).toBe(1);
  });

  it("denies when the file stays busy, however many wait, and counts nothing of it; then goes on", async () => {
    const kit = createKit(createMfa, await migrated(open(name)));
    const mfa = await kit.mfa();
    const user = await kit.enrolled(mfa);
    const other = open(name);
    other.exec("BEGIN IMMEDIATE");
    const began = performance.now();
    // Each waits five seconds, all of them the same five: one after the other they would outlast the test's own time by far.
    const results = await together(50, () => mfa.verify({ subject: user.subject, code: user.code() }).catch((error) => error.code));
    expect(new Set(results)).toEqual(new Set(["store_failed"]));
    expect(performance.now() - began).toBeGreaterThan(4_900);
    other.exec("ROLLBACK");
    expect((await kit.store.read({ tenant: "", subject: user.subject.id })).lanes.authenticator.tally).toBe(0);
    good(await mfa.verify({ subject: user.subject, code: user.code() }));
  });

  it("rejects inside a transaction of the host, and leaves that as it was", async () => {
    const client = open(name);
    const bench = benchFor(await migrated(client));
    client.exec("CREATE TABLE bookings (id INTEGER)");
    client.exec("BEGIN; INSERT INTO bookings VALUES (1)");
    await expect(bench.charge()).rejects.toThrow(/within a transaction/);
    client.exec("COMMIT");
    expect(client.prepare("SELECT id FROM bookings").all()).toHaveLength(1);
    expect((await bench.admitted()).seen.attempt).toBe(1);
  });

  it("rolls back whatever fails halfway, and goes on", async () => {
    const store = await migrated(open(name));
    const [bench, other] = [benchFor(store), benchFor(store)];
    const foreign = await other.enrol();
    await bench.apply({ codes: recovery("a") });
    const change = { add: factorRow({ id: foreign.id }), codes: recovery("b"), raiseEpoch: true, audit: [auditRow(bench.who, "t")] };
    await expect(bench.apply(change)).rejects.toThrow(/UNIQUE/);
    const record = await store.read(bench.who);
    expect([record.epoch, unused(record)]).toEqual([0, ["a"]]);
    expect((await bench.apply({ raiseEpoch: true })).epoch).toBe(1);
  });

  it("rejects before its tables are there, and not behind that", async () => {
    const store = sqliteStore(open(name));
    await expect(store.charge({ ...someone(), lane: "authenticator", now: START, schedule: benchSchedule, codes: [] })).rejects.toThrow(
      /no such table/,
    );
    await store.migrate();
    expect((await benchFor(store).admitted()).seen.attempt).toBe(1);
  });
});

const benchSchedule = { locks: [0, 0], noticeAt: 10, suspendAt: 100, leakEvery: 86_400_000 };

it.each([
  ["BigInt, of node:sqlite", () => new DatabaseSync(file, { readBigInts: true })],
  ["arrays, of node:sqlite", () => new DatabaseSync(file, { returnArrays: true })],
  ["BigInt, of better-sqlite3", () => new Database(file).defaultSafeIntegers(true)],
])("a connection that gives %s is refused at the start", async (_, connect) => {
  const client = connect();
  opened.push(client);
  await expect(sqliteStore(client).migrate()).rejects.toThrow(TypeError);
});
