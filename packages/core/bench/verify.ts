import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { mysqlServer, newDatabase, newMysqlDatabase, postgresServer } from "@nightlatch/internal-services";
import { createPool } from "mysql2/promise";
import pg from "pg";
import { memoryStore } from "../src/stores/memory.ts";
import { mysqlStore } from "../src/stores/mysql/index.ts";
import { postgresStore } from "../src/stores/postgres/index.ts";
import { sqliteStore } from "../src/stores/sqlite/index.ts";
import { breakdown } from "./breakdown.ts";
import { addIdle } from "./contenders/background.ts";
import { barePostgres } from "./contenders/bare-postgres.ts";
import { bareSqlite } from "./contenders/bare-sqlite.ts";
import { betterAuthOn } from "./contenders/better-auth.ts";
import type { Contender } from "./contenders/contender.ts";
import { cpuClock } from "./contenders/cpu.ts";
import { inSession, nightlatchOn, signingIn, withoutGrant } from "./contenders/nightlatch.ts";
import { progressOf } from "./progress.ts";
import { type Report, timesAsFast } from "./runner.ts";
import { figureOf, type Measured, raceVerifications } from "./verifications.ts";

const isQuick = process.argv.includes("--quick");

/** Verifications in flight. */
const CONCURRENCIES = [1, 16];

/** Of each contender; each verifies once in a round. */
const USERS = isQuick ? 24 : 48;

/** Enrolled users beside those, who do nothing. */
const IDLE = 10_000;

const ROUNDS = isQuick ? 9 : 41;

/** What is compared, what stops it, and what has to be said of it. */
interface Opened {
  contenders: Contender[];
  close(): Promise<void>;
}

const NAMES = {
  signingIn: "nightlatch, PostgreSQL, signing in",
  inSession: "nightlatch, PostgreSQL, in a session",
  withoutGrant: "nightlatch, PostgreSQL, without the grant",
  unprepared: "nightlatch, PostgreSQL, in a session, unprepared",
  bare: "bare SQL, PostgreSQL",
  sqlite: "nightlatch, SQLite, in a session",
  bareSqlite: "bare SQL, SQLite",
  mariadb: "nightlatch, MariaDB, in a session",
  memory: "nightlatch, memory, in a session",
  betterAuth: "better-auth, PostgreSQL, signing in",
  betterAuthInSession: "better-auth, PostgreSQL, in a session",
} as const;

async function onPostgres(pool: pg.Pool): Promise<Contender[]> {
  const nightlatch = await nightlatchOn(postgresStore(pool, { prepare: true }), { prefix: "prepared", users: USERS });
  const unprepared = await nightlatchOn(postgresStore(pool), { prefix: "unprepared", users: USERS });
  const bare = await barePostgres(NAMES.bare, pool, USERS);
  const betterAuth = await betterAuthOn(pool, USERS);
  await addIdle(pool, "nightlatch", { template: "prepared-0", to: IDLE });
  await addIdle(pool, "bare", { template: "bare-0", to: IDLE });
  await addIdle(pool, "better-auth", { template: "user-0@example.com", to: IDLE });
  await pool.query("VACUUM ANALYZE");
  return [
    signingIn(NAMES.signingIn, nightlatch),
    inSession(NAMES.inSession, nightlatch),
    withoutGrant(NAMES.withoutGrant, nightlatch),
    inSession(NAMES.unprepared, unprepared),
    bare,
    { ...betterAuth.signingIn, name: NAMES.betterAuth },
    { ...betterAuth.inSession, name: NAMES.betterAuthInSession },
  ];
}

async function onSqlite(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "nightlatch-bench-"));
  const database = new DatabaseSync(join(folder, "nightlatch.db"));
  const nightlatch = await nightlatchOn(sqliteStore(database), { prefix: "sqlite", users: USERS });
  const bare = bareSqlite(NAMES.bareSqlite, join(folder, "bare.db"), USERS);
  return {
    contenders: [inSession(NAMES.sqlite, nightlatch), bare],
    async close() {
      database.close();
      bare.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing where the machine has no such server. */
async function onMariadb(): Promise<Opened> {
  const server = await mysqlServer();
  if (!server) return { contenders: [], close: async () => {} };
  const pool = createPool({ uri: await newMysqlDatabase(server.url), connectionLimit: Math.max(...CONCURRENCIES) });
  const nightlatch = await nightlatchOn(mysqlStore(pool), { prefix: "mariadb", users: USERS });
  return {
    contenders: [inSession(NAMES.mariadb, nightlatch)],
    async close() {
      await pool.end();
      await server.stop();
    },
  };
}

function ratiosOf(measured: readonly Measured[]): Report["ratios"] {
  const find = (name: keyof typeof NAMES, concurrency: number): Measured => {
    const found = measured.find((one) => one.name === NAMES[name] && one.concurrency === concurrency);
    if (!found) throw new Error(`${NAMES[name]} was not measured.`);
    return found;
  };
  const ratio = (name: string, ours: keyof typeof NAMES, theirs: keyof typeof NAMES, concurrency: number, atLeast?: number) => ({
    name,
    value: timesAsFast(find(ours, concurrency), find(theirs, concurrency)),
    ...(atLeast === undefined ? {} : { atLeast }),
  });
  const cpu = (name: string, ours: keyof typeof NAMES, theirs: keyof typeof NAMES) => ({
    name,
    value: timesAsFast(find(ours, 1).cpu, find(theirs, 1).cpu),
  });
  return [
    ratio("verify/better-auth", "signingIn", "betterAuth", 1, 7),
    ratio("verify/better-auth-16", "signingIn", "betterAuth", 16, 6),
    ratio("verify/better-auth-session", "inSession", "betterAuthInSession", 1),
    ratio("verify/better-auth-session-16", "inSession", "betterAuthInSession", 16),
    ratio("verify/bare", "withoutGrant", "bare", 1, 0.7),
    ratio("verify/bare-16", "withoutGrant", "bare", 16),
    ratio("verify/bare-with-grant", "inSession", "bare", 1, 0.5),
    ratio("verify/bare-with-grant-16", "inSession", "bare", 16),
    ratio("verify/bare-signing-in", "signingIn", "bare", 1),
    cpu("verify/better-auth-cpu", "signingIn", "betterAuth"),
    cpu("verify/better-auth-session-cpu", "inSession", "betterAuthInSession"),
    cpu("verify/bare-cpu", "withoutGrant", "bare"),
    cpu("verify/bare-with-grant-cpu", "inSession", "bare"),
    cpu("sqlite/bare-cpu", "sqlite", "bareSqlite"),
    ratio("verify/unprepared", "inSession", "unprepared", 1),
    ratio("sqlite/bare", "sqlite", "bareSqlite", 1, 0.5),
    ratio("sqlite/bare-16", "sqlite", "bareSqlite", 16),
  ];
}

/** The whole of `mfa.verify`, beside its bare statements and beside better-auth. */
export async function bench(): Promise<Report> {
  const server = await postgresServer();
  const pool = new pg.Pool({
    connectionString: await newDatabase(server.url),
    max: Math.max(...CONCURRENCIES),
    options: "-c synchronous_commit=on",
  });
  // A connection that the server ends while both stop.
  pool.on("error", () => {});
  const [sqlite, mariadb] = [await onSqlite(), await onMariadb()];
  const progress = progressOf("verify");
  try {
    const { rows } = await pool.query<{ version: string; fsync: string; commit: string }>(
      "SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit",
    );
    const memory = await nightlatchOn(memoryStore(), { prefix: "memory", users: USERS });
    const contenders = [...(await onPostgres(pool)), ...sqlite.contenders, ...mariadb.contenders, inSession(NAMES.memory, memory)];
    const options = {
      rounds: ROUNDS,
      warmUp: 4,
      each: USERS,
      concurrencies: CONCURRENCIES,
      cpu: await cpuClock([pool], Math.max(...CONCURRENCIES)),
    };
    const measured = await raceVerifications(contenders, options, (part) => progress.at(part));
    const parts = await breakdown(postgresStore(pool, { prepare: true }), { users: USERS, rounds: isQuick ? 5 : 20 });
    return {
      title: "verify: a right code judged, from the call to the answer",
      method: [
        `All in one process and one run: ${ROUNDS} interleaved rounds of ${USERS} verifications each, at ${CONCURRENCIES.join(" and at ")} in flight; the median, what 95 of 100 stay under, and the middle half.`,
        "A ratio is the median of the rounds' own ratios of their medians; those with -cpu are of processor time.",
        "CPU: processor time of this process and of the PostgreSQL connections, for one verification (MariaDB's server is not in it). On a busy machine it says more than the time that passed.",
        `PostgreSQL ${rows[0]?.version}: one database and one pool of ${Math.max(...CONCURRENCIES)} connections for all, fsync=${rows[0]?.fsync}, synchronous_commit=${rows[0]?.commit}; ${IDLE} idle users beside ours, in everybody's tables.`,
        "Every verification is of a right code. Nightlatch and the bare SQL take a step once, so their clock moves by one before each round; better-auth takes a code as often as it comes.",
        "Signing in: a sign-in challenge is answered. better-auth opens its session with it, Nightlatch signs a grant. Making the challenges is not timed.",
        "Bare SQL, the floor: an UPDATE that counts the attempt and gives the secret; AES-256-GCM and one HMAC; an UPDATE of the step with the INSERT of a row of a log. Prepared. No lockout, challenge, recovery codes or MAC.",
        "SQLite: node:sqlite, WAL, synchronous=FULL, for the store and for its bare statements alike. MariaDB writes its log once a second, so neither server waits for the disk.",
      ],
      figures: [...measured.map(figureOf), ...parts],
      ratios: ratiosOf(measured),
    };
  } finally {
    progress.done();
    await pool.end();
    await server.stop();
    await sqlite.close();
    await mariadb.close();
  }
}
