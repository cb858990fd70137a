import { createMfa } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, DAY } from "../test/support/kit.ts";

const ROUNDS = 400;

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

/** Milliseconds, at the median, to refuse a wrong code: of a subject who is enrolled, and of one without a factor. */
export async function timing(): Promise<{ enrolledMs: number; noneMs: number; differenceMs: number }> {
  const kit = createKit(createMfa, memoryStore());
  const mfa = await kit.mfa();
  const enrolled = await kit.enrolled(mfa);
  const none = kit.someone();
  const times: Record<"enrolled" | "none", number[]> = { enrolled: [], none: [] };
  // In turns, so that whatever else the machine does slows both.
  for (let round = 0; round < ROUNDS; round += 1) {
    const code = enrolled.wrong();
    for (const [who, subject] of [
      ["enrolled", enrolled.subject],
      ["none", none],
    ] as const) {
      const start = performance.now();
      await mfa.verify({ subject, code });
      times[who].push(performance.now() - start);
    }
    // Past every lock, so that each attempt is judged.
    kit.clock.advance(2 * DAY);
  }
  const [enrolledMs, noneMs] = [median(times.enrolled), median(times.none)];
  return { enrolledMs, noneMs, differenceMs: Math.abs(enrolledMs - noneMs) };
}
