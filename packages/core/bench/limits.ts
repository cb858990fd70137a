import { newDatabase, postgresServer, redisServer } from "@nightlatch/internal-services";
import { Redis } from "ioredis";
import pg from "pg";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis } from "rate-limiter-flexible";
import { createClient } from "redis";
import { createRateLimits, type LimitsBackend, memoryLimits, postgresLimits, redisLimits } from "../src/limits/index.ts";
import { type Contestant, inMicroseconds, type RaceOptions, type Report, race, type Timing, timesAsFast } from "./runner.ts";

/** More than any round asks for, so that all of it is allowed; an hour, so that no window ends meanwhile. */
const POINTS = 1_000_000_000;
const SECONDS = 3600;

const KEYS = Array.from({ length: 100 }, (_, n) => `user-${n}`);

/** A limiter of rate-limiter-flexible, as far as it is measured. */
interface Bare {
  consume(key: string, points?: number): Promise<{ remainingPoints: number }>;
}

/** A contestant that counts requests one after the other, and stops the benchmark where one is not allowed. */
function counting(name: string, count: (key: string) => Promise<boolean>): Contestant {
  let turn = 0;
  return {
    name,
    async round(times) {
      for (let n = 0; n < times; n += 1) {
        turn = (turn + 1) % KEYS.length;
        if (!(await count(KEYS[turn] as string))) throw new Error(`${name} refuses what is allowed.`);
      }
    },
  };
}

const ours = (where: string, backend: LimitsBackend): Contestant => {
  const limits = createRateLimits({ bench: { points: POINTS, per: SECONDS } }, backend);
  return counting(`nightlatch, ${where}`, async (key) => (await limits.consume("bench", key)).allowed);
};

const bare = (where: string, limiter: Bare): Contestant =>
  counting(`rate-limiter-flexible, ${where}`, async (key) => (await limiter.consume(key)).remainingPoints > 0);

/** One of ours beside the bare limiter on the same backend. */
async function pair(
  where: string,
  backend: LimitsBackend,
  limiter: Bare,
  options: RaceOptions,
): Promise<{ timings: Timing[]; value: number }> {
  const timings = await race([ours(where, backend), bare(where, limiter)], options);
  const [mine, theirs] = timings as [Timing, Timing];
  return { timings, value: timesAsFast(mine, theirs) };
}

const settings = { points: POINTS, duration: SECONDS };

async function onPostgres(options: RaceOptions) {
  const server = await postgresServer();
  const pool = new pg.Pool({ connectionString: await newDatabase(server.url), max: 1 });
  // The server may be stopped before its last connection has heard of the pool's end.
  pool.on("error", () => {});
  try {
    const limiter = await new Promise<RateLimiterPostgres>((resolve, reject) => {
      const made: RateLimiterPostgres = new RateLimiterPostgres({ ...settings, storeClient: pool, tableName: "bare" }, (error?: Error) =>
        error ? reject(error) : resolve(made),
      );
    });
    return await pair("PostgreSQL", postgresLimits(pool, { prepare: true }), limiter, options);
  } finally {
    await pool.end();
    await server.stop();
  }
}

async function onRedis(options: RaceOptions) {
  const server = await redisServer();
  if (!server) throw new Error("The benchmark needs redis-server on the PATH, or REDIS_URL.");
  const ioredis = new Redis(server.url);
  const nodeRedis = await createClient({ url: server.url }).connect();
  try {
    const prefixed = { ...settings, keyPrefix: "bare" };
    return {
      redis: await pair("Redis (ioredis)", redisLimits(ioredis), new RateLimiterRedis({ ...prefixed, storeClient: ioredis }), options),
      nodeRedis: await pair(
        "Redis (node-redis)",
        redisLimits(nodeRedis),
        new RateLimiterRedis({ ...prefixed, storeClient: nodeRedis, useRedisPackage: true }),
        options,
      ),
    };
  } finally {
    ioredis.disconnect();
    nodeRedis.destroy();
    await server.stop();
  }
}

/** A request counted and allowed: by us, and by a bare limiter of rate-limiter-flexible on the same backend. */
export async function bench(): Promise<Report> {
  const quick = process.argv.includes("--quick") ? { rounds: 11, warmUp: 4 } : {};
  const memory = await pair("memory", memoryLimits(), new RateLimiterMemory(settings), { ...quick, clock: "thread" });
  const { redis, nodeRedis } = await onRedis(quick);
  const postgres = await onPostgres(quick);
  return {
    title: "Rate limits: one request counted, and allowed",
    method: [
      "Each backend's two in one process, in interleaved rounds of about 20 ms in random order, young garbage collected before each; 8 to warm up, 61 that count.",
      "One request after the other, 100 keys in turn, one connection. Servers are throwaway ones on loopback.",
      "Shown is the median round: memory in processor time of the main thread, the servers by the time that goes by.",
      "A ratio is the median over the rounds of theirs to ours, so above 1 we are faster.",
      "PostgreSQL's statements are prepared in both; ours also has its limit of time on Redis and PostgreSQL.",
    ],
    figures: [memory, redis, nodeRedis, postgres].flatMap(({ timings }) => timings.map(inMicroseconds)),
    ratios: [
      { name: "limits/memory", value: memory.value, atLeast: 0.6 },
      { name: "limits/redis", value: redis.value, atLeast: 0.9 },
      { name: "limits/node-redis", value: nodeRedis.value, atLeast: 0.9 },
      { name: "limits/postgres", value: postgres.value, atLeast: 0.9 },
    ],
  };
}
