import { RateLimiterRedis } from "rate-limiter-flexible";
import { ConfigError, refuseUnknown } from "../errors.ts";
import { type KeyedOptions, keyPrefix, type LimitsBackend } from "./backend.ts";

/** What is asked of a Redis client: those of ioredis and of redis (node-redis) have it, alone or as a cluster. */
export interface RedisClient {
  /** Reads a key's count. */
  get(key: string): Promise<unknown>;
  /** Forgets a key's count. */
  del(key: string): Promise<unknown>;
  /** Begins a transaction; rate-limiter-flexible knows a client by it. */
  multi(): unknown;
}

/**
 * Counts in Redis, for all processes together, by one script a request. A window ends by Redis' own clock. A client
 * that is not connected is a fault at once; only the first request waits for it. Give the client a listener for
 * `error` (without one, a lost connection ends the process), and Redis a `maxmemory-policy` that does not evict keys
 * at will, since a key that was evicted has counted nothing.
 *
 * @example
 * ```ts
 * import { createRateLimits, rateLimitPresets, redisLimits } from "@nightlatch/core/limits";
 * import { Redis } from "ioredis";
 *
 * const client = new Redis(process.env.REDIS_URL ?? "redis://127.0.0.1:6379");
 * client.on("error", (error) => console.error(error.message));
 * const limits = createRateLimits(rateLimitPresets, redisLimits(client), { whenDown: "deny" });
 * await limits.ready();
 * ```
 */
export function redisLimits(client: RedisClient, { prefix, ...unknown }: KeyedOptions = {}): LimitsBackend {
  refuseUnknown("redisLimits", unknown, "prefix");
  if (typeof client?.get !== "function" || typeof client.del !== "function" || typeof client.multi !== "function")
    throw new ConfigError("redisLimits takes a client of ioredis or redis (node-redis): redisLimits(new Redis(url)).");
  const prefixOf = keyPrefix("redisLimits", prefix);
  // ioredis alone has it; the two put their arguments differently.
  const useRedisPackage = !("defineCommand" in client);

  // A limiter refuses to ask a client that is not ready. Asking it anything connects one that waits to be asked.
  let isConnected = false;
  const connected = async (): Promise<void> => {
    await client.get(prefixOf("ready"));
    isConnected = true;
  };

  return Object.freeze({
    limiter(name, { limit, window }) {
      const limiter = new RateLimiterRedis({
        storeClient: client,
        points: limit,
        duration: window,
        keyPrefix: prefixOf(name),
        useRedisPackage,
        rejectIfRedisNotReady: true,
      });
      return {
        consume: (key, points) => (isConnected ? limiter.consume(key, points) : connected().then(() => limiter.consume(key, points))),
        get: (key) => (isConnected ? limiter.get(key) : connected().then(() => limiter.get(key))),
        async delete(key) {
          if (!isConnected) await connected();
          // Unlike this, a deletion would wait for a client that is not ready.
          await limiter.get(key);
          return await limiter.delete(key);
        },
      };
    },
  } satisfies LimitsBackend);
}
