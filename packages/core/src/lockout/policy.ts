import { ConfigError } from "../errors.ts";
import { type Duration, toSeconds } from "../internal/duration.ts";

/**
 * How wrong codes lock a subject's lane. There is no switch to turn it off (SP 800-63B §3.2.2); every
 * number has bounds, and one outside them stops the start with a `ConfigError`.
 */
export interface LockoutPolicy {
  /** Consecutive failures that lock, 1 to 10; each further lock takes as many again. @defaultValue 5 */
  failures?: number;
  /** How long the first lock lasts, 1 s to 365 d; each further lock doubles. @defaultValue "15m" */
  lock?: Duration;
  /** No lock lasts longer than this; `lock` to 365 d. @defaultValue "24h" */
  longest?: Duration;
  /** Failures on the long tally, which success does not clear, that raise a notice: 1 to `suspend`. @defaultValue 10 */
  notice?: number;
  /** Failures on the long tally that suspend the lane: `failures` to 100. @defaultValue 100 */
  suspend?: number;
  /** The tally forgets one failure in this time, 1 h to 365 d. @defaultValue "1d" */
  leak?: Duration;
}

/** The policy compiled: all that a store's `charge` has to know, as plain numbers. */
export interface LockoutSchedule {
  /** Milliseconds of lock after the n-th consecutive failure; past the end, the last entry holds. */
  readonly locks: readonly number[];
  readonly noticeAt: number;
  readonly suspendAt: number;
  /** Milliseconds in which the tally forgets one failure. */
  readonly leakEvery: number;
}

/** Failures counted over days, and when the count last leaked. */
export interface Tally {
  tally: number;
  /** Milliseconds since 1970. */
  tallyAt: number;
}

const integerIn = (name: string, value: number, least: number, most: number): number => {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new ConfigError(
    `lockout.${name} is a whole number from ${least} to ${most}; got ${value}. Guessing is never left without a limit.`,
  );
};

/** A year. A lock's end has to be a time that every store can write down. */
const LONGEST = 365 * 86_400;

const durationFrom = (name: string, value: Duration, least: number): number => {
  const seconds = toSeconds(value);
  if (seconds !== undefined && seconds >= least && seconds <= LONGEST) return seconds * 1000;
  throw new ConfigError(`lockout.${name} is a duration from ${least} s to 365 d, such as 900 or "15m"; got ${JSON.stringify(value)}.`);
};

/**
 * Compiles a policy to its schedule. With the defaults: 5 failures lock for 15 min, each further 5 for
 * twice as long, up to 24 h. The schedule ends at the first lock of the longest duration, which then
 * follows every failure.
 */
export function compileLockout({
  failures = 5,
  lock = "15m",
  longest = "24h",
  suspend = 100,
  notice = Math.min(10, suspend),
  leak = "1d",
}: LockoutPolicy = {}): LockoutSchedule {
  const every = integerIn("failures", failures, 1, 10);
  const first = durationFrom("lock", lock, 1);
  const cap = durationFrom("longest", longest, 1);
  if (cap < first) {
    throw new ConfigError(`lockout.longest (${longest}) is shorter than lockout.lock (${lock}): set both, so that locks can grow.`);
  }
  const locks = [0];
  for (let duration = first; ; duration = Math.min(duration * 2, cap)) {
    for (let n = 1; n < every; n += 1) locks.push(0);
    locks.push(duration);
    if (duration === cap) break;
  }
  return Object.freeze({
    locks: Object.freeze(locks),
    suspendAt: integerIn("suspend", suspend, every, 100),
    noticeAt: integerIn("notice", notice, 1, suspend),
    leakEvery: durationFrom("leak", leak, 3_600),
  });
}

/** Milliseconds of lock after the n-th consecutive failure. */
export function lockAfter({ locks }: LockoutSchedule, run: number): number {
  return locks[Math.min(run, locks.length - 1)] ?? 0;
}

/** The long tally after what it has leaked until now. A clock that stepped back leaks nothing. */
export function leaked({ leakEvery }: LockoutSchedule, { tally, tallyAt }: Tally, now: number): Tally {
  const forgotten = Math.min(tally, Math.max(0, Math.floor((now - tallyAt) / leakEvery)));
  return forgotten === tally ? { tally: 0, tallyAt: now } : { tally: tally - forgotten, tallyAt: tallyAt + forgotten * leakEvery };
}

/** When a lane admits an attempt again; in the past, or 0, when it does now. `tally` has leaked already. */
export function closedUntil({ suspendAt, leakEvery }: LockoutSchedule, { tally, tallyAt }: Tally, lockedUntil: number | null): number {
  return Math.max(lockedUntil ?? 0, tally >= suspendAt ? tallyAt + leakEvery : 0);
}

/** Failures that may still follow a run before a lock; 0 when this run locks. */
export function attemptsLeft(schedule: LockoutSchedule, run: number): number {
  let left = 0;
  while (lockAfter(schedule, run + left) === 0) left += 1;
  return left;
}
