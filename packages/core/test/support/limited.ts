// One of several processes that share a rate limit: told over IPC how often to ask, it answers how often it was allowed.
import { Redis } from "ioredis";
import pg from "pg";
import { createRateLimits, postgresLimits, redisLimits } from "../../src/limits/index.ts";

const url = process.env.LIMITED_URL ?? "";
const client = url.startsWith("redis:") ? new Redis(url) : new pg.Pool({ connectionString: url, max: 8 });
const backend = client instanceof Redis ? redisLimits(client, { prefix: process.env.LIMITED_PREFIX ?? "" }) : postgresLimits(client);
const limits = createRateLimits({ shared: { points: 100, per: "1h" } }, backend);

process.on("message", async ({ key, times }: { key: string; times: number }) => {
  const answers = await Promise.all(Array.from({ length: times }, () => limits.consume("shared", key)));
  process.send?.({ allowed: answers.filter(({ allowed }) => allowed).length, faults: answers.filter(({ fault }) => fault).length });
});
process.on("disconnect", () => (client instanceof Redis ? client.disconnect() : client.end()));
await limits.ready();
process.send?.("ready");
