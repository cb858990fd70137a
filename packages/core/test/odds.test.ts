import { describe, expect, it } from "vitest";
import { createMfa } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { countingTotp, createKit, DAY, HOUR, MINUTE } from "./support/kit.ts";

/** Three codes of a million are valid at an instant: the present step and one each way. */
const oddsOf = (guesses: number): number => 1 - (1 - 3 / 1_000_000) ** guesses;

/** Codes compared in a year for an attacker who has the password and guesses whenever a guess is admitted. */
async function guessesInAYear(ownerSignsIn: boolean): Promise<number> {
  const kit = createKit(createMfa, memoryStore());
  const { factor, evaluations } = countingTotp();
  const mfa = await kit.mfa({ factors: [factor] });
  const user = await kit.enrolled(mfa);
  const start = kit.clock.now;
  const before = evaluations();
  let owners = 0;
  let day = 0;
  while (kit.clock.now < start + 365 * DAY) {
    const result = await mfa.verify({ subject: user.subject, code: user.wrong() });
    if (result.ok) throw new Error("A wrong code passed.");
    if (ownerSignsIn && kit.clock.now >= start + day * DAY) {
      day += 1;
      kit.clock.advance(MINUTE);
      const compared = evaluations();
      await mfa.verify({ subject: user.subject, code: user.code() });
      owners += evaluations() - compared;
    }
    kit.clock.advance(result.reason === "locked" ? Math.min((result.retryAfter ?? 60) * 1000, 6 * HOUR) : 1000);
  }
  return evaluations() - before - owners;
}

describe("the odds of guessing for a year", () => {
  it("R21 a year of guessing at a subject who never signs in has a chance of at most 0.14 %", async () => {
    const guesses = await guessesInAYear(false);
    expect(guesses).toBeGreaterThan(400);
    expect(oddsOf(guesses)).toBeLessThanOrEqual(0.0014);
  });

  it("R21 nor does an owner who signs in every day, and clears the run, give more than 0.15 %", async () => {
    const guesses = await guessesInAYear(true);
    expect(oddsOf(guesses)).toBeLessThanOrEqual(0.0015);
  });
});
