import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import { newDatabase, postgresServer } from "@nightlatch/internal-services";
import pg from "pg";
import { bearing, rowsByOutcome } from "../src/audit/row.ts";
import type { Store } from "../src/index.ts";
import { compileLockout } from "../src/lockout/policy.ts";
import { postgresStore } from "../src/stores/postgres/index.ts";
import { addIdle } from "./contenders/background.ts";
import { barePostgres, COUNT, TAKE } from "./contenders/bare-postgres.ts";
import { type Contender, many, type Verification } from "./contenders/contender.ts";
import { cpuClock } from "./contenders/cpu.ts";
import { nightlatchOn } from "./contenders/nightlatch.ts";
import { progressOf } from "./progress.ts";
import { type Report, timesAsFast } from "./runner.ts";
import { figureOf, raceVerifications } from "./verifications.ts";

const isQuick = process.argv.includes("--quick");

const USERS = 48;

/** Enrolled users beside those, who do nothing. */
const IDLE = 10_000;

/** Attempts are charged here that nobody settles: they must not lock. */
const SCHEDULE = Object.freeze({ ...compileLockout(), locks: [0], suspendAt: 1_000_000 });

/** The two statements of the bare SQL, each by itself. */
function bareStatements(pool: pg.Pool): Contender[] {
  let step = 80_000_000;
  const each = (name: string, send: (subject: string) => Promise<unknown>): Contender => ({
    name,
    async ready(wanted) {
      step += 1;
      return Array.from({ length: wanted }, (_, index) => async () => void (await send(`bare-${index}`)));
    },
  });
  return [
    each("bare: the attempt counted", (subject) => pool.query({ ...COUNT, values: [subject] })),
    each("bare: the step taken, a row logged", (subject) => pool.query({ ...TAKE, values: [subject, step, step * 30_000] })),
  ];
}

/** The two verbs of a verification, each by itself: nothing is compared between them. */
async function storeVerbs(store: Store): Promise<Contender[]> {
  const { clock } = await nightlatchOn(store, { prefix: "user", users: USERS });
  const key = createSecretKey(randomBytes(32));
  let position = 80_000_000;

  const charging = (index: number) => () =>
    store.charge({ tenant: "", subject: `user-${index}`, lane: "authenticator", now: clock.now, schedule: SCHEDULE, codes: [] });

  async function settling(index: number, isSpending: boolean): Promise<Verification> {
    const who = { tenant: "", subject: `user-${index}` };
    const charged = await charging(index)();
    const [factor] = charged.admitted ? charged.record.factors : [];
    if (!charged.admitted || !factor) throw new Error("An attempt was refused.");
    const { seen, record } = charged;
    const what = { method: "totp", factorId: factor.id } as const;
    const audit = rowsByOutcome(key, bearing(who, clock.now), { won: [{ type: "verified", ...what, drift: 0 }], lost: [], stale: [] });
    void audit.won;
    const settlement = {
      ...({ ...who, lane: "authenticator", now: clock.now, schedule: SCHEDULE, seen, epoch: record.epoch, audit } as const),
      ...{ claim: { kind: "position", factorId: factor.id, position } as const },
      ...(isSpending ? { spend: { id: randomUUID(), expiresAt: clock.now + 600_000 } } : {}),
    };
    return async () => {
      if ((await store.settle(settlement)) !== "won") throw new Error("A new step was not taken.");
    };
  }

  const settle = (name: string, isSpending: boolean): Contender => ({
    name,
    async ready(wanted) {
      position += 1;
      return await many(wanted, (index) => settling(index, isSpending));
    },
  });
  const charge: Contender = {
    name: "charge",
    ready: (wanted) => many(wanted, async (index) => async () => void (await charging(index)())),
  };
  return [charge, settle("settle", false), settle("settle, and a challenge spent", true)];
}

/** What a verification asks of PostgreSQL, statement by statement, beside the bare SQL: what its two round trips can come to at best. */
export async function bench(): Promise<Report> {
  const server = await postgresServer();
  const pool = new pg.Pool({ connectionString: await newDatabase(server.url), max: 1, options: "-c synchronous_commit=on" });
  // A connection that the server ends while both stop.
  pool.on("error", () => {});
  const progress = progressOf("statements");
  try {
    const verbs = await storeVerbs(postgresStore(pool, { prepare: true }));
    await barePostgres("", pool, USERS);
    await addIdle(pool, "nightlatch", { template: "user-0", to: IDLE });
    await addIdle(pool, "bare", { template: "bare-0", to: IDLE });
    await pool.query("VACUUM ANALYZE");
    const options = { rounds: isQuick ? 15 : 60, warmUp: 6, each: USERS, concurrencies: [1], cpu: await cpuClock([pool], 1) };
    const measured = await raceVerifications([...bareStatements(pool), ...verbs], options, (part) => progress.at(part));
    const [count, take, charge, settle] = measured;
    if (!count || !take || !charge || !settle) throw new Error("A statement was not measured.");
    return {
      title: "statements: the round trips of a verification, each by itself",
      method: [
        `One at a time through one connection, ${options.rounds} interleaved rounds of ${USERS}; each kind follows itself, so everything is warm.`,
        "CPU: processor time of this process and of the connection's on the server, for one round trip.",
        "PostgreSQL with fsync=off, synchronous_commit=on; prepared statements on both sides.",
      ],
      figures: measured.map(figureOf),
      ratios: [
        { name: "statements/charge", value: timesAsFast(charge, count) },
        { name: "statements/settle", value: timesAsFast(settle, take) },
      ],
    };
  } finally {
    progress.done();
    await pool.end();
    await server.stop();
  }
}
