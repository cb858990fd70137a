import { clientAddressKey, createRateLimits, memoryLimits, type RateLimits, redisLimits } from "@nightlatch/core/limits";
import { rateLimit } from "@nightlatch/express";
import type { Request, RequestHandler } from "express";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { Problem } from "../http/problem.ts";
import type { Authentication } from "../tokens/authenticate.ts";

/** Guesses of codes are counted by the engine as well, per user; these also bound what a request costs us. */
const LIMITS = {
  /** Requests with a password or a code, from one address. */
  "sign-in:address": { points: 120, per: "1m" },
  /** Passwords for one account from one address, until a right one: somebody elsewhere locks nobody out. */
  "sign-in:account": { points: 10, per: "15m" },
  /** Wrong passwords for one account from anywhere. Who goes beyond is not refused, which would shut its owner out: the owner is told. */
  "wrong:account": { points: 100, per: "1d" },
  /** Requests that may bear a code, of one user. */
  "codes:user": { points: 120, per: "1m" },
} as const;

/** The limits of the system's doors. With Redis they hold across processes. */
export interface AppLimits {
  /** In front of whatever takes a password or a code of somebody who is not signed in. */
  readonly signInByAddress: RequestHandler;
  /** In front of whatever takes a code of somebody who is. */
  codesOf(subject: Authentication["subject"]): RequestHandler;
  /**
   * Counts a password that is about to be judged; a right one is forgiven by `forgive`.
   *
   * @throws Problem `too_many_passwords`, before anything is judged
   */
  countPassword(req: Request, username: string): Promise<void>;
  /** Counts a password that was wrong; whether there were so many for that account that its owner should know. */
  countWrong(username: string): Promise<boolean>;
  /** Forgets the wrong passwords for an account. */
  forgive(req: Request, username: string): Promise<void>;
}

const accountKey = (req: Request, username: string): string => `${clientAddressKey(req.ip) ?? "unknown"}|${username.toLowerCase()}`;

/** Makes the limits; on Redis where there is one. Without an answer from it, each process counts by itself. */
export async function createAppLimits(redis: Redis | undefined, log: Logger): Promise<AppLimits> {
  const limits: RateLimits<keyof typeof LIMITS> = createRateLimits(
    LIMITS,
    redis ? redisLimits(redis, { prefix: "meeting-rooms" }) : memoryLimits(),
    {
      whenDown: "memory",
      onError: (error) => log.error({ err: error }, "the rate limits' backend does not answer"),
    },
  );
  await limits.ready();
  return Object.freeze({
    signInByAddress: rateLimit(limits, "sign-in:address", { by: "address" }) as RequestHandler,
    codesOf: (subject) => rateLimit(limits, "codes:user", { by: "user", subject }) as RequestHandler,
    async countPassword(req, username) {
      const { allowed, retryAfter = 1 } = await limits.consume("sign-in:account", accountKey(req, username));
      if (!allowed) throw new Problem("too_many_passwords", { headers: { "Retry-After": String(retryAfter) } });
    },
    async countWrong(username) {
      return !(await limits.consume("wrong:account", username.toLowerCase())).allowed;
    },
    async forgive(req, username) {
      await limits.reset("sign-in:account", accountKey(req, username));
    },
  } satisfies AppLimits);
}
