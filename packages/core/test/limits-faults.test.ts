import { createServer, type Server } from "node:net";
import { freePort, hasTool, newDatabase, ownRedisServer } from "@nightlatch/internal-services";
import type {} from "@nightlatch/internal-services/vitest-global";
import { Redis } from "ioredis";
import pg from "pg";
import { createClient } from "redis";
import { afterEach, describe, expect, inject, test, vi } from "vitest";
import { ConfigError, StoreError } from "../src/index.ts";
import {
  createRateLimits,
  type LimitsBackend,
  memoryLimits,
  postgresLimits,
  type RateLimitsOptions,
  type RedisClient,
  redisLimits,
} from "../src/limits/index.ts";
import { newPrefix } from "./support/limit-backends.ts";

const PRESETS = { two: { points: 2, per: "1m" } } as const;
const DENIED = { allowed: false, limit: 2, remaining: 0, resetAt: expect.any(Date), retryAfter: 5, fault: true };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const close of closing.splice(0).reverse()) await close();
});

/** Limits that keep what they report. */
function reporting(backend: LimitsBackend, options: RateLimitsOptions = {}) {
  const reported: StoreError[] = [];
  return { reported, limits: createRateLimits(PRESETS, backend, { onError: (error) => reported.push(error), ...options }) };
}

/** A host's own backend, which answers whatever is asked of it with the same. */
const answering = (answer: () => Promise<unknown>): LimitsBackend => ({
  limiter: () => ({ consume: answer, get: answer, delete: answer }),
});

const failing = answering(() => Promise.reject(new Error("connect ECONNREFUSED, password hunter2")));

/** What is asked of a client of Redis before it is asked for anything. */
const REDIS: RedisClient = { get: async () => null, del: async () => 0, multi: () => ({}) };

describe("A13 a limiter that is missing or fails lets nobody pass", () => {
  test.each([undefined, null, {}, { limiter: true }, "memory"])("A13 a backend of %j stops the start", (backend) => {
    expect(() => createRateLimits(PRESETS, backend as never)).toThrow(ConfigError);
  });

  test.each([
    ["redisLimits", () => redisLimits(undefined as never)],
    ["redisLimits, on something else", () => redisLimits({ get: async () => null } as never)],
    ["redisLimits, with a prefix of none", () => redisLimits(REDIS, { prefix: "" })],
    ["redisLimits, with an option misspelt", () => redisLimits(REDIS, { prefx: "shop" } as never)],
    ["postgresLimits", () => postgresLimits(undefined as never)],
    ["postgresLimits, with a prefix with a bracket", () => postgresLimits({ query: async () => ({ rows: [] }) }, { prefix: "a]" })],
    ["postgresLimits, with an option misspelt", () => postgresLimits({ query: async () => ({ rows: [] }) }, { prepared: true } as never)],
    ["postgresLimits, with an option misunderstood", () => postgresLimits({ query: async () => ({ rows: [] }) }, { prepare: 1 as never })],
  ])("A13 %s without a client of its own stops the start", (_, make) => {
    expect(make).toThrow(ConfigError);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["true", true],
    ["1", 1],
    ["an empty object", {}],
    ["a count of nothing", { consumedPoints: 0, msBeforeNext: 1000 }],
    ["a negative count", { consumedPoints: -5, msBeforeNext: 1000 }],
    ["a count that is no number", { consumedPoints: Number.NaN, msBeforeNext: 1000 }],
    ["a count as an empty text", { consumedPoints: "", msBeforeNext: 1000 }],
    ["a count of null", { consumedPoints: null, msBeforeNext: 1000 }],
    ["a time that is no number", { consumedPoints: 1, msBeforeNext: Number.NaN }],
    ["no time", { consumedPoints: 1 }],
  ])("A13 a backend that answers with %s is a fault", async (_, answer) => {
    const { limits, reported } = reporting(answering(async () => answer));
    expect(await limits.consume("two", "u")).toEqual(DENIED);
    expect(reported).toHaveLength(1);
    await expect(limits.ready()).rejects.toThrow(StoreError);
  });

  test("A13 a refusal in whatever way is one, and texts are numbers", async () => {
    const texts = reporting(answering(async () => ({ consumedPoints: "10", msBeforeNext: "9001" }))).limits;
    expect(await texts.consume("two", "u")).toMatchObject({ allowed: false, retryAfter: 10 });
    const rejecting = reporting(answering(() => Promise.reject({ consumedPoints: 3, msBeforeNext: 500 }))).limits;
    expect(await rejecting.consume("two", "u")).toMatchObject({ allowed: false, retryAfter: 1 });
    const lenient = reporting(answering(() => Promise.reject({ consumedPoints: 2, msBeforeNext: 500 }))).limits;
    expect(await lenient.consume("two", "u")).toMatchObject({ allowed: true, remaining: 0 });
  });

  test("A13 a backend that throws in its turn is a fault too", async () => {
    const { limits } = reporting(
      answering(() => {
        throw new Error("down");
      }),
    );
    expect(await limits.consume("two", "u")).toEqual(DENIED);
    await expect(limits.ready()).rejects.toThrow(StoreError);
  });

  test("A13 all of it is denied while the backend is down, and told once", async () => {
    const { limits, reported } = reporting(failing);
    for (const verb of ["consume", "peek", "reset", "consume"] as const) expect(await limits[verb]("two", "u")).toEqual(DENIED);
    expect(reported).toEqual([expect.any(StoreError)]);
    expect(reported[0]?.cause).toEqual(expect.objectContaining({ message: expect.stringContaining("ECONNREFUSED") }));
    await expect(limits.ready()).rejects.toThrow(StoreError);
  });

  test("A13 each outage is told", async () => {
    let isUp = false;
    const { limits, reported } = reporting(
      answering(async () => {
        if (!isUp) throw new Error("down");
        return { consumedPoints: 1, msBeforeNext: 1000 };
      }),
    );
    for (isUp of [false, false, true, true, false, true]) expect((await limits.consume("two", "u")).allowed).toBe(isUp);
    expect(reported).toHaveLength(2);
  });

  test("A13 a backend that never answers is down after a while, and start-up says so", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const { limits, reported } = reporting(
      answering(() => new Promise(() => {})),
      { timeout: "2s" },
    );
    const answers: unknown[] = [];
    void limits.consume("two", "u").then((answer) => answers.push(answer));
    await vi.advanceTimersByTimeAsync(1999);
    expect(answers).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(answers).toEqual([DENIED]);
    expect(reported).toHaveLength(1);
    const ready = expect(limits.ready()).rejects.toThrow(StoreError);
    await vi.advanceTimersByTimeAsync(2000);
    await ready;
  });

  test("A13 each request has its own time, and one that was answered gives way to none", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const answers = new Map<number, (count: unknown) => void>();
    let asked = 0;
    const { limits } = reporting(answering(() => new Promise((resolve) => answers.set(++asked, resolve))));
    const over: string[] = [];
    const ask = (name: string) => void limits.consume("two", name).then(({ fault }) => over.push(`${name} ${fault ? "down" : "counted"}`));
    ask("a");
    await vi.advanceTimersByTimeAsync(400);
    ask("b");
    ask("c");
    await vi.advanceTimersByTimeAsync(500);
    ask("d");
    answers.get(3)?.({ consumedPoints: 1, msBeforeNext: 1000 });
    await vi.advanceTimersByTimeAsync(99);
    expect(over).toEqual(["c counted"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(over).toEqual(["c counted", "a down"]);
    await vi.advanceTimersByTimeAsync(400);
    expect(over).toEqual(["c counted", "a down", "b down"]);
    answers.get(2)?.({ consumedPoints: 1, msBeforeNext: 1000 });
    await vi.advanceTimersByTimeAsync(499);
    expect(over).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(over.slice(3)).toEqual(["d down"]);
    ask("e");
    await vi.advanceTimersByTimeAsync(1000);
    expect(over.slice(4)).toEqual(["e down"]);
    // After one that was answered while nobody else waited, too.
    ask("f");
    answers.get(6)?.({ consumedPoints: 1, msBeforeNext: 1000 });
    await vi.advanceTimersByTimeAsync(500);
    ask("g");
    await vi.advanceTimersByTimeAsync(1000);
    expect(over.slice(5)).toEqual(["f counted", "g down"]);
  });

  test("A13 a logger that throws changes nothing", async () => {
    const { limits } = reporting(failing, {
      onError() {
        throw new Error("the logger is down too");
      },
    });
    expect(await limits.consume("two", "u")).toEqual(DENIED);
  });

  test("by default it is told in a line on standard error, without the cause", async () => {
    const line = vi.spyOn(console, "error").mockReturnValue();
    await createRateLimits(PRESETS, failing).consume("two", "u");
    expect(line).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^StoreError: The rate limits' backend did not answer/));
    expect(JSON.stringify(line.mock.calls)).not.toContain("hunter2");
  });
});

test("with an in-memory stand-in this process counts by itself meanwhile, and says so", async () => {
  const { limits, reported } = reporting(failing, { whenDown: "memory" });
  expect(await limits.peek("two", "u")).toMatchObject({ allowed: true, remaining: 2, standIn: true });
  expect(await limits.consume("two", "u")).toMatchObject({ allowed: true, remaining: 1, standIn: true });
  expect(await limits.consume("two", "u")).toMatchObject({ allowed: true, remaining: 0, standIn: true });
  const refused = await limits.consume("two", "u");
  expect(refused).toMatchObject({ allowed: false, retryAfter: 60, standIn: true });
  expect(refused.fault).toBeUndefined();
  expect(await limits.reset("two", "u")).toMatchObject({ allowed: true, remaining: 2, standIn: true });
  expect(reported).toHaveLength(1);
  await expect(limits.ready()).rejects.toThrow(StoreError);
});

test("memory is ready at once", async () => {
  await expect(createRateLimits(PRESETS, memoryLimits()).ready()).resolves.toBeUndefined();
});

/** What accepts connections and says nothing. */
async function silentServer(): Promise<number> {
  const port = await freePort();
  const server: Server = createServer((socket) => closing.push(() => socket.destroy())).listen(port, "127.0.0.1");
  closing.push(() => server.close());
  return port;
}

const quietly = (client: Redis): Redis => {
  client.on("error", () => {});
  closing.push(() => client.disconnect());
  return client;
};

const CLIENTS = {
  ioredis: async (url: string) => quietly(new Redis(url, { retryStrategy: () => 20 })),
  "node-redis": async (url: string) => {
    const client = createClient({ url, socket: { reconnectStrategy: 20 } });
    client.on("error", () => {});
    closing.push(() => client.destroy());
    return await client.connect();
  },
};

describe.skipIf(!hasTool("redis-server"))("Redis", () => {
  const started = async (port?: number) => {
    const server = await ownRedisServer(port);
    if (!server) throw new Error("redis-server is on the PATH, and did not start.");
    closing.push(() => server.stop());
    return server;
  };

  test.each(Object.entries(CLIENTS))("A13 a server that goes denies, and one that comes back counts: %s", async (_, connect) => {
    const port = await freePort();
    const first = await started(port);
    const { limits, reported } = reporting(redisLimits(await connect(first.url)));
    await limits.ready();
    expect(await limits.consume("two", "u")).toMatchObject({ allowed: true, remaining: 1 });

    await first.stop();
    for (const verb of ["consume", "peek", "reset"] as const) expect(await limits[verb]("two", "u")).toEqual(DENIED);
    expect(reported).toHaveLength(1);

    await started(port);
    await expect.poll(() => limits.consume("two", "u"), { timeout: 30_000 }).toMatchObject({ allowed: true });
    expect((await limits.peek("two", "u")).fault).toBeUndefined();
  });

  test("a client that lost its server is not waited for", { timeout: 30_000 }, async () => {
    const server = await started();
    // Left to itself, it would keep what it is asked until there is a server again.
    const client = quietly(new Redis(server.url, { maxRetriesPerRequest: null }));
    const { limits } = reporting(redisLimits(client), { timeout: "60s" });
    await limits.ready();
    await server.stop();
    await expect.poll(() => client.status).not.toBe("ready");
    for (const verb of ["consume", "peek", "reset"] as const) expect(await limits[verb]("two", "u")).toEqual(DENIED);
  });

  test("A13 a server that takes no writes is no limiter", async () => {
    const server = await started();
    const client = quietly(new Redis(server.url));
    await client.config("SET", "maxmemory", "1");
    const { limits } = reporting(redisLimits(client));
    await expect(limits.ready()).rejects.toThrow(StoreError);
    expect(await limits.consume("two", "u")).toEqual(DENIED);
  });

  test("a key that holds something else is a fault, not a count", async () => {
    const client = quietly(new Redis((await started()).url));
    await client.rpush("nightlatch[two]:u", "x");
    const { limits } = reporting(redisLimits(client));
    expect(await limits.consume("two", "u")).toEqual(DENIED);
    expect(await limits.consume("two", "v")).toMatchObject({ allowed: true });
  });

  test("a key that lost its end gets one again", async () => {
    const client = quietly(new Redis((await started()).url));
    const { limits } = reporting(redisLimits(client));
    await limits.consume("two", "u");
    await client.persist("nightlatch[two]:u");
    await limits.consume("two", "u");
    expect(await limits.consume("two", "u")).toMatchObject({ allowed: false });
    expect(await client.pttl("nightlatch[two]:u")).toBeGreaterThan(0);
  });

  test("a client that connects when it is first asked is asked, whatever it is asked", async () => {
    const server = await started();
    const lazy = () => reporting(redisLimits(quietly(new Redis(server.url, { lazyConnect: true })))).limits;
    expect(await lazy().consume("two", "u")).toMatchObject({ allowed: true, remaining: 1 });
    expect(await lazy().peek("two", "u")).toMatchObject({ allowed: true, remaining: 1 });
    expect(await lazy().reset("two", "u")).toMatchObject({ allowed: true, remaining: 2 });
  });

  test("A13 a server that accepts and says nothing fails the start", async () => {
    const client = quietly(new Redis(await silentServer(), "127.0.0.1"));
    await expect(reporting(redisLimits(client)).limits.ready()).rejects.toThrow(StoreError);
  });
});

describe("PostgreSQL", () => {
  const pooled = async (connectionString?: string) => {
    const pool = new pg.Pool({ connectionString: connectionString ?? (await newDatabase(inject("postgresUrl"))), max: 4 });
    pool.on("error", () => {});
    closing.push(() => (pool.ended ? undefined : pool.end()));
    return pool;
  };

  test("A13 a server that can't be reached fails the start, and denies", async () => {
    const { limits, reported } = reporting(postgresLimits(await pooled(`postgresql://u@127.0.0.1:${await freePort()}/none`)));
    await expect(limits.ready()).rejects.toThrow(StoreError);
    expect(await limits.consume("two", "u")).toEqual(DENIED);
    expect(reported).toHaveLength(1);
  });

  test("a table that was dropped is made again by the request after", async () => {
    const pool = await pooled();
    const { limits } = reporting(postgresLimits(pool));
    await limits.consume("two", "u");
    await pool.query("DROP TABLE nightlatch_limits");
    expect(await limits.consume("two", "u")).toEqual(DENIED);
    expect(await limits.consume("two", "u")).toMatchObject({ allowed: true, remaining: 1 });
  });

  test("many that make the table at once all count", async () => {
    const pool = await pooled();
    const many = Array.from({ length: 8 }, () => reporting(postgresLimits(pool)).limits);
    const answers = await Promise.all(many.map((limits) => limits.consume("two", "u")));
    expect(answers.filter(({ fault }) => fault)).toEqual([]);
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(2);
  });

  test("whoever may not make tables uses one that is there, from when it is there", async () => {
    const pool = await pooled();
    const role = `limited_${process.pid}`;
    await pool.query(`CREATE ROLE ${role}`);
    const client = await pool.connect();
    closing.push(async () => {
      await client.query(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`);
      client.release();
    });
    await client.query(`SET ROLE ${role}`);
    const { limits } = reporting(postgresLimits(client));
    expect(await limits.consume("two", "u")).toEqual(DENIED);
    await reporting(postgresLimits(pool)).limits.ready();
    await pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON nightlatch_limits TO ${role}`);
    expect(await limits.consume("two", "u")).toMatchObject({ allowed: true, remaining: 1 });
  });

  test("a count without room for another refusal refuses", async () => {
    const pool = await pooled();
    const { limits } = reporting(postgresLimits(pool));
    await limits.consume("two", "u");
    await pool.query("UPDATE nightlatch_limits SET points = 2147483647");
    const refused = await limits.consume("two", "u");
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.fault).toBeUndefined();
  });
});

test("a prefix keeps two apps on one backend apart", async () => {
  const pool = new pg.Pool({ connectionString: await newDatabase(inject("postgresUrl")), max: 2 });
  closing.push(() => pool.end());
  const [shop, blog] = [newPrefix(), newPrefix()].map((prefix) => reporting(postgresLimits(pool, { prefix })).limits);
  await shop?.consume("two", "u");
  expect(await blog?.consume("two", "u")).toMatchObject({ remaining: 1 });
});
