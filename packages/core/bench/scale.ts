import { newDatabase, postgresServer } from "@nightlatch/internal-services";
import pg from "pg";
import { postgresStore } from "../src/stores/postgres/index.ts";
import { addIdle } from "./contenders/background.ts";
import { cpuClock } from "./contenders/cpu.ts";
import { inSession, nightlatchOn, signingIn } from "./contenders/nightlatch.ts";
import { progressOf } from "./progress.ts";
import { type Report, timesAsFast } from "./runner.ts";
import { figureOf, raceVerifications } from "./verifications.ts";

const isQuick = process.argv.includes("--quick");

const FEW = 1_000;
const MANY = isQuick ? 50_000 : 1_000_000;

/** Subjects who verify, drawn from all over the table; enrolled by the engine, and counted among the others. */
const SAMPLED = 60;
const CONNECTIONS = 2;
const ROUNDS = isQuick ? 15 : 61;

interface Filled {
  signingIn: ReturnType<typeof signingIn>;
  inSession: ReturnType<typeof inSession>;
  size: string;
  pool: pg.Pool;
}

/** A database with so many enrolled subjects, of whom some verify. Half of the others are there before those are enrolled, half come after. */
async function filled(serverUrl: string, subjects: number): Promise<Filled> {
  const pool = new pg.Pool({ connectionString: await newDatabase(serverUrl), max: CONNECTIONS });
  // A connection that the server ends while both stop.
  pool.on("error", () => {});
  const store = postgresStore(pool, { prepare: true });
  const progress = progressOf(`${subjects.toLocaleString("en")} subjects`);
  const { users } = await nightlatchOn(store, { prefix: "template", users: 1 });
  const template = users[0]?.subject.id ?? "";
  const idle = subjects - SAMPLED - 1;
  const half = Math.floor(idle / 2);
  await addIdle(pool, "nightlatch", { template, to: half }, (part) => progress.at(part / 2));
  const nightlatch = await nightlatchOn(store, { prefix: `of-${subjects}`, users: SAMPLED });
  await addIdle(pool, "nightlatch", { template, after: half, to: idle }, (part) => progress.at(0.5 + part / 2));
  await pool.query("VACUUM ANALYZE");
  await pool.query("CHECKPOINT");
  progress.done();
  const { rows } = await pool.query<{ size: string }>("SELECT pg_size_pretty(pg_database_size(current_database())) AS size");
  const among = `among ${subjects.toLocaleString("en")} subjects`;
  return {
    signingIn: signingIn(`signing in, ${among}`, nightlatch),
    inSession: inSession(`in a session, ${among}`, nightlatch),
    size: rows[0]?.size ?? "?",
    pool,
  };
}

/** Whether a verification takes longer where many are enrolled. */
export async function bench(): Promise<Report> {
  const server = await postgresServer();
  const pools: pg.Pool[] = [];
  try {
    const few = await filled(server.url, FEW);
    pools.push(few.pool);
    const lot = await filled(server.url, MANY);
    pools.push(lot.pool);
    const progress = progressOf("verifications");
    const cpu = await cpuClock([few.pool, lot.pool], CONNECTIONS);
    const contenders = [few.inSession, lot.inSession, few.signingIn, lot.signingIn];
    const options = { rounds: ROUNDS, warmUp: 6, each: SAMPLED, concurrencies: [1], cpu };
    const measured = await raceVerifications(contenders, options, (part) => progress.at(part));
    progress.done();
    const [fewInSession, manyInSession, fewSigningIn, manySigningIn] = measured;
    if (!fewInSession || !manyInSession || !fewSigningIn || !manySigningIn) throw new Error("A contender was not measured.");
    return {
      title: `scale: a verification on PostgreSQL among ${FEW.toLocaleString("en")} and among ${MANY.toLocaleString("en")} enrolled subjects`,
      method: [
        `One server, a database each (${few.size} and ${lot.size}); every subject has an authenticator, ten recovery codes and a spent challenge. VACUUM ANALYZE before the first verification.`,
        `${SAMPLED} subjects verify, enrolled by the engine halfway; the others are copies of an enrolled one (INSERT … SELECT), whose secrets open for nobody.`,
        `${ROUNDS} interleaved rounds of ${SAMPLED} verifications, one at a time. A ratio is the median of the rounds' own ratios of their medians.`,
      ],
      figures: measured.map(figureOf),
      ratios: [
        { name: "scale/p50", value: timesAsFast(fewInSession, manyInSession), atMost: 1.2 },
        { name: "scale/cpu", value: timesAsFast(fewInSession.cpu, manyInSession.cpu) },
        { name: "scale/p50-signing-in", value: timesAsFast(fewSigningIn, manySigningIn), atMost: 1.2 },
      ],
    };
  } finally {
    for (const pool of pools) await pool.end();
    await server.stop();
  }
}
