/**
 * Named rate limits, in memory, on Redis and on PostgreSQL.
 *
 * @module
 */

export type { KeyedOptions, Limiter, LimitsBackend } from "./backend.ts";
export type { ClientAddressOptions } from "./client-address.ts";
export { clientAddressKey } from "./client-address.ts";
export type { RateLimitAnswer } from "./count.ts";
export type { RateLimits, RateLimitsOptions } from "./create-rate-limits.ts";
export { createRateLimits } from "./create-rate-limits.ts";
export type { MemoryLimitsOptions } from "./memory-limits.ts";
export { memoryLimits } from "./memory-limits.ts";
export type { LimitsPgClient, PostgresLimitsOptions } from "./postgres-limits.ts";
export { postgresLimits } from "./postgres-limits.ts";
export type { RateLimitPolicy, RateLimitPreset } from "./presets.ts";
export { rateLimitPresets } from "./presets.ts";
export type { RedisClient } from "./redis-limits.ts";
export { redisLimits } from "./redis-limits.ts";
