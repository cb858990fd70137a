import { newDatabase, postgresServer, redisServer } from "@nightlatch/internal-services";
import { Redis } from "ioredis";
import pg from "pg";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis } from "rate-limiter-flexible";
import { createClient } from "redis";
import { createRateLimits, type LimitsBackend, memoryLimits, postgresLimits, redisLimits } from "../src/limits/index.ts";
import { type CpuClock, cpuClock, cpuClockOf } from "./contenders/cpu.ts";
import { type Contestant, type Figure, inMicroseconds, type RaceOptions, type Report, race, type Timing, timesAsFast } from "./runner.ts";

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

/** What a pair took. */
interface Paired {
  figures: Figure[];
  /** How many times as fast ours is. */
  value: number;
}

/** One of ours beside the bare limiter in memory, by the processor time of the main thread. */
async function inMemory(rounds: RaceOptions): Promise<Paired> {
  const timings = await race([ours("memory", memoryLimits()), bare("memory", new RateLimiterMemory(settings))], {
    ...rounds,
    clock: "thread",
  });
  const [mine, theirs] = timings as [Timing, Timing];
  return { figures: timings.map(inMicroseconds), value: timesAsFast(mine, theirs) };
}

/** The same on a server: by the time that goes by, and by the processor time of this process and the server's. */
async function onServer(where: string, backend: LimitsBackend, limiter: Bare, cpu: CpuClock, rounds: RaceOptions): Promise<Paired> {
  const contestants = [ours(where, backend), bare(where, limiter)];
  const passed = await race(contestants, rounds);
  const spent = await race(contestants, { ...rounds, clock: async () => (await cpu()) * 1e3 });
  const [mine, theirs] = spent as [Timing, Timing];
  const figures = passed.map((timing, n) => ({ ...inMicroseconds(timing), cpu: (spent[n]?.median ?? Number.NaN) / 1e3 }));
  return { figures, value: timesAsFast(mine, theirs) };
}

const settings = { points: POINTS, duration: SECONDS };

async function onPostgres(rounds: RaceOptions): Promise<Paired> {
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
    return await onServer("PostgreSQL", postgresLimits(pool, { prepare: true }), limiter, await cpuClock([pool], 1), rounds);
  } finally {
    await pool.end();
    await server.stop();
  }
}

async function onRedis(rounds: RaceOptions): Promise<{ redis: Paired; nodeRedis: Paired }> {
  const server = await redisServer();
  if (!server) throw new Error("The benchmark needs redis-server on the PATH, or REDIS_URL.");
  const ioredis = new Redis(server.url);
  const nodeRedis = await createClient({ url: server.url }).connect();
  try {
    const prefixed = { ...settings, keyPrefix: "bare" };
    const pid = Number(/process_id:(\d+)/.exec(await ioredis.info("server"))?.[1]);
    const cpu = cpuClockOf([pid]);
    const bareOnNodeRedis = new RateLimiterRedis({ ...prefixed, storeClient: nodeRedis, useRedisPackage: true });
    return {
      redis: await onServer(
        "Redis (ioredis)",
        redisLimits(ioredis),
        new RateLimiterRedis({ ...prefixed, storeClient: ioredis }),
        cpu,
        rounds,
      ),
      nodeRedis: await onServer("Redis (node-redis)", redisLimits(nodeRedis), bareOnNodeRedis, cpu, rounds),
    };
  } finally {
    ioredis.disconnect();
    nodeRedis.destroy();
    await server.stop();
  }
}

/** A request counted and allowed: by us, and by a bare limiter of rate-limiter-flexible on the same backend. */
export async function bench(): Promise<Report> {
  const rounds = process.argv.includes("--quick") ? { rounds: 11, warmUp: 4 } : {};
  const memory = await inMemory(rounds);
  const { redis, nodeRedis } = await onRedis(rounds);
  const postgres = await onPostgres(rounds);
  return {
    title: "Rate limits: one request counted, and allowed",
    method: [
      "Each backend's two in one process, in interleaved rounds of about 20 ms in random order, young garbage collected before each; 8 to warm up, 61 that count.",
      "One request after the other, 100 keys in turn, one connection. Servers are throwaway ones on loopback, unless named.",
      "Shown is the median round: memory in processor time of the main thread; servers in time that goes by, and in processor time.",
      "On the servers that is of this process and of the server's, in rounds of their own: what else the machine does is left out of it.",
      "A ratio is the median over the rounds of theirs to ours, in processor time, so above 1 we are faster.",
      "PostgreSQL's statements are prepared in both; ours also gives up on Redis and PostgreSQL after a second.",
    ],
    figures: [memory, redis, nodeRedis, postgres].flatMap(({ figures }) => figures),
    ratios: [
      { name: "limits/memory", value: memory.value, atLeast: 0.6 },
      { name: "limits/redis", value: redis.value, atLeast: 0.9 },
      { name: "limits/node-redis", value: nodeRedis.value, atLeast: 0.9 },
      { name: "limits/postgres", value: postgres.value, atLeast: 0.9 },
    ],
  };
}
