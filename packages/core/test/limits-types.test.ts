import type { PGlite } from "@electric-sql/pglite";
import type { Cluster, Redis } from "ioredis";
import type pg from "pg";
import type { RateLimiterAbstract } from "rate-limiter-flexible";
import type { RedisClientType, RedisClusterType } from "redis";
import { describe, expectTypeOf, test } from "vitest";
import {
  createRateLimits,
  type Limiter,
  type LimitsPgClient,
  memoryLimits,
  type RateLimits,
  type RedisClient,
  rateLimitPresets,
} from "../src/limits/index.ts";

describe("the types of the limits", () => {
  test("clients are taken as they are, alone or as a cluster", () => {
    expectTypeOf<Redis>().toExtend<RedisClient>();
    expectTypeOf<Cluster>().toExtend<RedisClient>();
    expectTypeOf<RedisClientType>().toExtend<RedisClient>();
    expectTypeOf<RedisClusterType>().toExtend<RedisClient>();
    expectTypeOf<pg.Pool>().toExtend<LimitsPgClient>();
    expectTypeOf<PGlite>().toExtend<LimitsPgClient>();
    expectTypeOf<RateLimiterAbstract>().toExtend<Limiter>();
  });

  test("names are those of the presets, also of several put together", () => {
    const limits = createRateLimits({ ...rateLimitPresets, "report:send": { points: 2, per: "1h" } }, memoryLimits());
    expectTypeOf(limits).toEqualTypeOf<RateLimits<keyof typeof rateLimitPresets | "report:send">>();
    expectTypeOf(limits.consume).parameter(0).toEqualTypeOf<keyof typeof rateLimitPresets | "report:send">();
  });
});
