import { PGlite } from "@electric-sql/pglite";
import { newDatabase } from "@nightlatch/internal-services";
import type {} from "@nightlatch/internal-services/vitest-global";
import { Redis } from "ioredis";
import pg from "pg";
import { createClient } from "redis";
import { inject, vi } from "vitest";
import { type LimitsBackend, memoryLimits, postgresLimits, redisLimits } from "../../src/limits/index.ts";

/** A backend under test, opened on something empty. */
export interface OpenedBackend {
  backend: LimitsBackend;
  /** Lets so many seconds go by for whatever is counted, without waiting for them. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Where the time of a window is this process' own: the date is moved, and no timer. Between `vi.useFakeTimers` and `vi.useRealTimers`. */
const passHere = async (seconds: number): Promise<void> => {
  vi.setSystemTime(Date.now() + seconds * 1000);
};

let opened = 0;
/** A prefix that nobody else has on a server that others use too. */
export const newPrefix = (): string => `t${process.pid}.${++opened}`;

/** Where the time of a window is Redis' own: there the keys' ends come nearer. */
const passOnRedis = (client: Redis, prefix: string) => async (seconds: number) => {
  for (const key of await client.keys(`${prefix}\\[*`)) await client.pexpire(key, (await client.pttl(key)) - seconds * 1000);
  await passHere(seconds);
};

const redisUrl = inject("redisUrl");

const onIoredis = (name: string, options: { stringNumbers?: boolean }) => ({
  name,
  async open(): Promise<OpenedBackend> {
    const client = new Redis(redisUrl as string, options);
    const beside = new Redis(redisUrl as string);
    const prefix = newPrefix();
    return {
      backend: redisLimits(client, { prefix }),
      pass: passOnRedis(beside, prefix),
      async close() {
        client.disconnect();
        beside.disconnect();
      },
    };
  },
});

const onNodeRedis = {
  name: "Redis (node-redis)",
  async open(): Promise<OpenedBackend> {
    const client = await createClient({ url: redisUrl as string }).connect();
    const beside = new Redis(redisUrl as string);
    const prefix = newPrefix();
    return {
      backend: redisLimits(client, { prefix }),
      pass: passOnRedis(beside, prefix),
      async close() {
        client.destroy();
        beside.disconnect();
      },
    };
  },
};

const onPostgres = (name: string, prepare: boolean) => ({
  name,
  async open(): Promise<OpenedBackend> {
    const pool = new pg.Pool({ connectionString: await newDatabase(inject("postgresUrl")), max: 5 });
    return { backend: postgresLimits(pool, { prepare }), pass: passHere, close: () => pool.end() };
  },
});

/** Every backend, on the real thing: none is mocked. */
export const backends: { name: string; open(): Promise<OpenedBackend> }[] = [
  { name: "memory", open: async () => ({ backend: memoryLimits(), pass: passHere, close: async () => {} }) },
  ...(redisUrl
    ? [onIoredis("Redis (ioredis)", {}), onIoredis("Redis (ioredis, numbers as texts)", { stringNumbers: true }), onNodeRedis]
    : []),
  onPostgres("PostgreSQL", false),
  onPostgres("PostgreSQL, prepared", true),
  {
    name: "PGlite",
    async open() {
      const client = await PGlite.create();
      return { backend: postgresLimits(client), pass: passHere, close: () => client.close() };
    },
  },
];
