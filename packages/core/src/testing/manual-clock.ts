import { ConfigError } from "../errors.ts";
import { type Duration, toSeconds } from "../internal/duration.ts";

/** A clock that stands still until it is moved. */
export interface ManualClock {
  /** Milliseconds since 1970; give it to `createMfa({ clock: clock.now })`. */
  now(): number;
  /** Moves it on by a duration: `"30s"`, `"5m"`, or a number of seconds. */
  advance(by: Duration): void;
  /** Puts it to an instant, an earlier one too: a date, or milliseconds since 1970. */
  set(at: Date | number): void;
}

/** 2027-01-01 12:00:15 UTC: the middle of a time step of 30 seconds. */
const NOON = Date.UTC(2027, 0, 1, 12, 0, 15);

function instant(at: Date | number): number {
  const milliseconds = Number(at);
  if (Number.isSafeInteger(milliseconds) && milliseconds >= 0) return milliseconds;
  throw new ConfigError("manualClock: an instant is a Date, or whole milliseconds since 1970.");
}

/**
 * A clock for tests: a lock of 15 minutes ends when the test says so.
 *
 * @param start - where it stands at first. Defaults to noon of 2027-01-01 (UTC), so that tests tell the same every day
 * @throws ConfigError for what is no instant, or no duration
 *
 * @example
 * ```ts
 * import { manualClock } from "@nightlatch/core/testing";
 *
 * const clock = manualClock();
 * clock.advance("15m");
 * clock.set(new Date("2030-01-01"));
 * ```
 */
export function manualClock(start: Date | number = NOON): ManualClock {
  let now = instant(start);
  return Object.freeze({
    now: () => now,
    advance(by) {
      const seconds = toSeconds(by);
      if (seconds === undefined) throw new ConfigError(`manualClock: ${JSON.stringify(by)} is no duration, such as 30 or "30s".`);
      now += seconds * 1000;
    },
    set(at) {
      now = instant(at);
    },
  } satisfies ManualClock);
}
