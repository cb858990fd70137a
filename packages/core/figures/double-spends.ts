import { createMfa } from "../src/index.ts";
import { createKit, DAY, together, type User } from "../test/support/kit.ts";
import { type Arena, processesOf, racersAt } from "./arenas.ts";

/** How many races are run. */
export interface DoubleSpendOptions {
  rounds: number;
  /** Submissions of one code, all at once, shared out among the processes. */
  racers: number;
  /** Subjects raced for at the same time. @defaultValue 8 */
  abreast?: number;
  progress?: (part: number) => void;
}

/** What came of it. */
export interface DoubleSpends {
  rounds: number;
  submissions: number;
  /** How many of them got as far as a comparison; the others were refused under a lock. */
  compared: number;
  /** Rounds in which a code was taken more than once. */
  doubleSpent: number;
  /** Rounds in which nobody got it. */
  unspent: number;
}

/** Failures in a row that lock: two rounds' losers, so that every racer's code is compared. */
const failuresThatLock = (racers: number): number => Math.min(10, 2 * racers + 1);

/** Races for one code after another, and counts the winners of each. */
export async function doubleSpends(
  arena: Arena,
  { rounds, racers: wanted, abreast = 8, progress }: DoubleSpendOptions,
): Promise<DoubleSpends> {
  const failures = failuresThatLock(wanted);
  const kit = createKit(createMfa, arena.store);
  const mfa = await kit.mfa({ lockout: { failures } });
  const racers = await racersAt(arena, failures);
  const each = Math.ceil(wanted / processesOf(arena));
  const found: DoubleSpends = { rounds: 0, submissions: 0, compared: 0, doubleSpent: 0, unspent: 0 };
  try {
    let users: User[] = [];
    while (found.rounds < rounds) {
      const width = Math.min(abreast, rounds - found.rounds);
      // A crowd runs into the lock, whose losers outlast the round: it gets new users each time.
      if (users.length < width || wanted > 4) users = await together(width, () => kit.enrolled(mfa));
      // Days pass between rounds, since the long tally of failures forgets one a day.
      kit.clock.advance(4 * DAY);
      const entries = users
        .slice(0, width)
        .map(({ subject, code }) => ({ subject: subject.id, codes: Array.from({ length: each }, () => code()) }));
      const { reasons, evaluations } = await racers.raceAll(entries, kit.clock.now);
      found.compared += evaluations;
      for (const answers of reasons) {
        const winners = answers.filter((why) => why === "ok").length;
        found.rounds += 1;
        found.submissions += answers.length;
        if (winners > 1) found.doubleSpent += 1;
        if (winners === 0) found.unspent += 1;
      }
      progress?.(found.rounds / rounds);
    }
  } finally {
    await racers.stop();
  }
  return found;
}
