import { Redis } from "ioredis";
import type { Logger } from "pino";
import { StartError } from "./start-error.ts";

/**
 * Connects to Redis.
 *
 * @throws StartError when it does not answer; the message holds no password
 */
export async function connectToRedis(url: string, log: Logger): Promise<Redis> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, connectTimeout: 5_000 });
  // Unheard, a lost connection would end the process. ioredis connects anew by itself.
  redis.on("error", ({ message }: Error) => log.warn({ message }, "Redis does not answer"));
  try {
    await redis.connect();
    await redis.ping();
  } catch (cause) {
    redis.disconnect();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The Redis that REDIS_URL names can't be used: ${why}.`, { cause });
  }
  return redis;
}
