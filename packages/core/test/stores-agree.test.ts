import { newDatabase } from "@nightlatch/internal-services";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { compileLockout, leaked } from "../src/lockout/policy.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { mysqlStore } from "../src/stores/mysql/index.ts";
import { postgresStore } from "../src/stores/postgres/index.ts";
import { sqliteStore } from "../src/stores/sqlite/index.ts";
import type { Change, Lane, Seen, Store } from "../src/stores/store.ts";
import { auditRow, factorRow, START, someone } from "../src/testing/contract-kit.ts";
import { newPool } from "./support/mysql.ts";
import { clients, newFile } from "./support/sqlite.ts";

/** Short, so that a dozen steps meet a lock, a suspension and a leak. */
const SCHEDULE = compileLockout({ failures: 2, lock: "10s", longest: "1m", suspend: 12, notice: 3, leak: "1h" });

const LANES: readonly Lane[] = ["authenticator", "recovery"];

const stores = new Map<string, Store>([["memory", memoryStore()]]);
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  const pool = new pg.Pool({ connectionString: await newDatabase(inject("postgresUrl")), max: 1 });
  stores.set("PostgreSQL", postgresStore(pool, { prepare: true }));
  const { file, remove } = await newFile();
  const client = clients["node:sqlite"](file);
  stores.set("SQLite", sqliteStore(client));
  closing.push(
    () => pool.end(),
    () => client.close(),
    remove,
  );
  const mysqlUrl = inject("mysqlUrl");
  if (mysqlUrl) {
    const { pool: mysql } = await newPool(mysqlUrl, { connectionLimit: 1 });
    stores.set("MariaDB", mysqlStore(mysql));
    closing.push(() => mysql.end());
  }
  for (const store of stores.values()) await store.migrate();
});

afterAll(async () => {
  for (const close of closing) await close();
});

const oneOf = <const T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const wait = oneOf(0, 1, 1_000, 5_000, 20_000, 400_000, 3_600_000);
const factor = oneOf("f1", "f2", "f3");
const device = fc.integer({ min: 0, max: 24 }).map((n) => `d${n}`);
const once = oneOf("c1", "c2");

const charging = fc.record({
  verb: fc.constant("charge" as const),
  wait,
  lane: fc.constantFrom(...LANES),
  codes: oneOf([], ["r"], ["r", "e"]),
  challenge: fc.option(fc.record({ id: once, age: oneOf(0, 1_000, 30_000, 500_000), epoch: fc.nat(3) })),
});

const settling = fc.record({
  verb: fc.constant("settle" as const),
  wait,
  /** Which of the attempts that were admitted. */
  attempt: fc.nat(5),
  claim: fc.option(
    fc.oneof(
      fc.record({ kind: fc.constant("position" as const), factorId: factor, position: fc.nat(5) }),
      fc.record({ kind: fc.constant("code" as const), hash: oneOf("r h1", "r h2", "r h3", "e h1") }),
    ),
  ),
  spend: fc.option(once, { freq: 2 }),
  rows: fc.nat(2),
});

/** What a change does to one factor, one set of codes, one device and the subject itself, each at most once: as the engine asks. */
const changing = fc.record({
  verb: fc.constant("apply" as const),
  wait,
  epoch: fc.option(fc.nat(3), { freq: 1 }),
  factor: fc.option(
    fc.oneof(
      factor.map((confirm) => ({ confirm })),
      factor.map((remove) => ({ remove })),
      fc.record({ id: factor, name: oneOf("n1", "n2") }).map((rename) => ({ rename })),
      fc.record({ id: factor, from: oneOf("s0", "s1"), to: oneOf("s0", "s1") }).map((reseal) => ({ reseal })),
      fc
        .record({ id: factor, secret: oneOf("s0", "s1", "s2"), position: fc.integer({ min: -1, max: 1 }), life: oneOf(null, 0, 1_000_000) })
        .map((add) => ({ add })),
    ),
    { freq: 4 },
  ),
  codes: fc.option(
    fc.record({
      type: oneOf("r", "e"),
      hashes: oneOf([], ["h1"], ["h1", "h2"], ["h3"]),
      life: oneOf(null, 1_000, 100_000),
      pause: oneOf(null, 0, 100_000),
    }),
  ),
  device: fc.option(
    fc.oneof(
      device.map((useDevice) => ({ useDevice })),
      device.map((removeDevice) => ({ removeDevice })),
      fc.record({ id: device, life: oneOf(0, 1_000, 1_000_000) }).map((addDevice) => ({ addDevice })),
    ),
  ),
  own: fc.option(
    fc.constantFrom<Partial<Change>>(
      { removeAll: true },
      { unlock: true },
      { require: true },
      { switchedOff: "" },
      { switchedOff: "mark" },
      { raiseEpoch: true },
      { raiseEpoch: true, blank: true },
    ),
  ),
});

type Step = typeof charging extends fc.Arbitrary<infer C> ? C : never;
type Settling = typeof settling extends fc.Arbitrary<infer C> ? C : never;
type Changing = typeof changing extends fc.Arbitrary<infer C> ? C : never;

/** The same asked of every store: one answer, whose lists have no order but their ids'. */
async function asked<T>(ask: (store: Store) => Promise<T>): Promise<T> {
  const answers = await Promise.all([...stores].map(async ([name, store]) => [name, await ask(store)] as const));
  const [[, first] = [], ...others] = answers as [string, T][];
  for (const [name, answer] of others) expect(answer, name).toEqual(first);
  return first as T;
}

const sorted = <T>(rows: readonly T[], by: (row: T) => string): T[] => [...rows].sort((one, other) => (by(one) < by(other) ? -1 : 1));

/** What was answered so far. */
const met = new Set<string>();

/** One subject, the same in all stores, its ids of this run alone. */
function subjectOf(run: number) {
  const who = { ...someone(), tenant: run % 2 ? "t" : "" };
  const own = (id: string): string => `${id} of ${who.subject}`;
  const admitted: { lane: Lane; seen: Seen; epoch: number }[] = [];
  let now = START;

  const state = () =>
    asked(async (store) => {
      const { factors, codes, devices, lanes, ...rest } = await store.read(who);
      return {
        ...rest,
        factors: sorted(factors, ({ id }) => id),
        codes: sorted(codes, ({ hash }) => hash),
        devices: sorted(devices, ({ id }) => id),
        // A refused attempt may write down what has leaked until then, or not.
        lanes: LANES.map((lane) => ({ ...lanes[lane], ...leaked(SCHEDULE, lanes[lane], now + 4_000_000) })),
      };
    });

  async function charge({ lane, codes, challenge }: Step): Promise<void> {
    const mark = challenge && { id: own(challenge.id), issuedAt: now - challenge.age, epoch: challenge.epoch };
    const asks = { ...who, lane, now, schedule: SCHEDULE, codes, ...(mark ? { challenge: mark } : {}) };
    const charged = await asked(async (store) => {
      const answer = await store.charge(asks);
      if (!answer.admitted) return answer;
      const { epoch, factors, codes } = answer.record;
      return { ...answer, record: { epoch, factors: sorted(factors, ({ id }) => id), codes: sorted(codes, ({ hash }) => hash) } };
    });
    met.add(charged.admitted ? "admitted" : charged.reason);
    if (charged.admitted) admitted.push({ lane, seen: charged.seen, epoch: charged.record.epoch });
  }

  async function settle({ attempt, claim, spend, rows }: Settling): Promise<void> {
    const charged = admitted[attempt % Math.max(1, admitted.length)];
    if (!charged) return;
    const told = (type: string) => Array.from({ length: rows }, () => auditRow(who, type, now));
    const claimed = claim?.kind === "position" ? { ...claim, factorId: own(claim.factorId) } : claim;
    const settlement = {
      ...{ ...who, ...charged, now, schedule: SCHEDULE, audit: { won: told("won"), lost: told("lost"), stale: told("stale") } },
      ...(claimed ? { claim: claimed } : {}),
      ...(spend === null ? {} : { spend: { id: own(spend), expiresAt: now + 300_000 } }),
    };
    met.add(await asked((store) => store.settle(settlement)));
  }

  const factorChange = (asks: Changing["factor"]): Partial<Change> => {
    if (asks === null) return {};
    if ("confirm" in asks) return { confirm: own(asks.confirm) };
    if ("remove" in asks) return { remove: own(asks.remove) };
    if ("rename" in asks) return { rename: { ...asks.rename, id: own(asks.rename.id) } };
    if ("reseal" in asks) return { reseal: { ...asks.reseal, id: own(asks.reseal.id) } };
    const { id, secret, position, life } = asks.add;
    const lives = life === null ? { confirmedAt: now, expiresAt: null } : { expiresAt: now + life };
    return { add: factorRow({ id: own(id), secret, fingerprint: `of ${secret}`, position, createdAt: now, ...lives }) };
  };

  const deviceChange = (asks: Changing["device"]): Partial<Change> => {
    if (asks === null || !("addDevice" in asks)) return asks ?? {};
    const { id, life } = asks.addDevice;
    return { addDevice: { id, hash: "hash", name: id, createdAt: now, expiresAt: now + life, lastUsedAt: null } };
  };

  const codesChange = (asks: Changing["codes"]): Partial<Change> => {
    if (asks === null) return {};
    const { type, hashes, life, pause } = asks;
    const notSince = pause === null ? {} : { notSince: now - pause };
    return { codes: { type, hashes: hashes.map((hash) => `${type} ${hash}`), expiresAt: life === null ? null : now + life, ...notSince } };
  };

  async function apply({ epoch, factor, codes, device, own: marks }: Changing): Promise<void> {
    const change: Change = {
      ...{ ...who, now, audit: [auditRow(who, "changed", now)] },
      ...(epoch === null ? {} : { epoch }),
      ...{ ...factorChange(factor), ...codesChange(codes), ...deviceChange(device), ...marks },
    };
    const { factors, devices } = await state();
    // Ids are chance: none is ever added twice.
    if (factors.some(({ id }) => id === change.add?.id) || devices.some(({ id }) => id === change.addDevice?.id)) return;
    const { applied } = await asked((store) => store.apply(change));
    met.add(applied ? "applied" : "not applied");
  }

  return {
    async take(step: Step | Settling | Changing): Promise<void> {
      now += step.wait;
      if (step.verb === "charge") await charge(step);
      else if (step.verb === "settle") await settle(step);
      else await apply(step);
      await state();
    },
  };
}

const log = () =>
  asked(async (store) => {
    const rows = await store.auditPage({ after: 0, limit: 100_000 });
    return rows.map(({ seq: _, ...row }) => row);
  });

it("whatever is asked of them, in whatever order, all stores answer the same and are left the same", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(charging, settling, changing), { minLength: 10, maxLength: 40 }), async (steps) => {
      run += 1;
      const subject = subjectOf(run);
      for (const step of steps) await subject.take(step);
    }),
    { numRuns: 40 },
  );
  await log();
  expect([...met].sort()).toEqual(["admitted", "applied", "expired", "locked", "lost", "not applied", "stale", "won"]);
});
