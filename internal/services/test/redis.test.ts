import { Redis } from "ioredis";
import { expect, inject, test } from "vitest";
import { hasTool, ownRedisServer } from "../src/index.ts";

const url = inject("redisUrl");

test.skipIf(!url)("the Redis server of the run answers a client", async () => {
  const client = new Redis(url as string);
  expect(await client.ping()).toBe("PONG");
  client.disconnect();
});

test.skipIf(!hasTool("redis-server"))("a server of one's own is gone once it is stopped", async () => {
  const server = await ownRedisServer();
  const client = new Redis(server?.url as string, { retryStrategy: () => null });
  client.on("error", () => {});
  await client.set("key", "value");
  await server?.stop();
  await expect(client.get("key")).rejects.toThrow();
  client.disconnect();
});
