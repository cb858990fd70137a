import { createMfa } from "../src/index.ts";
import { createKit, good, HOUR } from "../test/support/kit.ts";
import { type Arena, processesOf, racersAt } from "./arenas.ts";

/** What came of parallel wrong guesses. */
export interface FailureCounts {
  guesses: number;
  /** Guesses that were compared. */
  compared: number;
  /** Guesses counted as failures. */
  counted: number;
  /** Guesses that the log counts as refused under the lock. */
  refused: number;
  /** Guesses that nothing counts. */
  lost: number;
}

/** Guesses wrong so many times at once, and looks up afterwards what was counted. */
export async function failureCounts(arena: Arena, guesses: number): Promise<FailureCounts> {
  const kit = createKit(createMfa, arena.store);
  const mfa = await kit.mfa();
  const user = await kit.enrolled(mfa);
  const racers = await racersAt(arena, 5);
  try {
    const wrong = user.wrong();
    const codes = Array.from({ length: Math.ceil(guesses / processesOf(arena)) }, () => wrong);
    const { reasons, evaluations } = await racers.race(user.subject.id, codes, kit.clock.now);
    const counted = (await kit.store.read({ tenant: "", subject: user.subject.id })).lanes.authenticator.tally;
    // What was refused is told by the next attempt that is judged.
    kit.clock.advance(HOUR);
    good(await mfa.verify({ subject: user.subject, code: user.code() }));
    const { events } = await mfa.audit.list({ subject: user.subject, limit: 1000 });
    const told = events.findLast(({ type }) => type === "verified");
    const refused = told?.type === "verified" ? (told.refusals ?? 0) : 0;
    return { guesses: reasons.length, compared: evaluations, counted, refused, lost: reasons.length - counted - refused };
  } finally {
    await racers.stop();
  }
}
