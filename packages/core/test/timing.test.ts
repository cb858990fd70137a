import { describe, expect, it } from "vitest";
import { createMfa } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit } from "./support/kit.ts";

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

describe("what time tells", () => {
  it("A46 a wrong code of an enrolled subject and of one without a factor differ by less than a millisecond at the median", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa();
    const enrolled = await kit.enrolled(mfa);
    const none = kit.someone();
    const times: Record<"enrolled" | "none", number[]> = { enrolled: [], none: [] };
    const wrong = enrolled.wrong();
    for (let n = 0; n < 400; n += 1) {
      for (const [who, subject] of [
        ["enrolled", enrolled.subject],
        ["none", none],
      ] as const) {
        const start = performance.now();
        await mfa.verify({ subject, code: wrong });
        times[who].push(performance.now() - start);
      }
      // Past every lock, so that each attempt is judged.
      kit.clock.advance(2 * 86_400_000);
    }
    expect(Math.abs(median(times.enrolled) - median(times.none))).toBeLessThan(1);
  });
});
