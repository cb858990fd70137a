import { describe, expect, it } from "vitest";
import { createMfa, type Store, type Subject } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { countingTotp, createKit } from "./support/kit.ts";

type Rows = { type: string }[];

/** What a call of a store's verb has to do, whoever it is about. */
interface Call {
  verb: string;
  /** The kinds of events that it appends, or would append in each outcome. */
  events: string[] | Record<string, string[]>;
  /** Whether there is something to claim or to spend. */
  takes: boolean;
}

const kindsOf = (rows: Rows): string[] => rows.map(({ type }) => type);

/** A store that keeps a record of what it was asked. */
function recording(store: Store): { store: Store; calls: Call[] } {
  const calls: Call[] = [];
  const recorded = Object.entries(store).map(([verb, run]) => [
    verb,
    (...args: unknown[]) => {
      const { audit = [], claim, spend } = Object(args[0]) as { audit?: Rows | Record<string, Rows>; claim?: unknown; spend?: unknown };
      const events = Array.isArray(audit)
        ? kindsOf(audit)
        : Object.fromEntries(Object.entries(audit).map(([outcome, rows]) => [outcome, kindsOf(rows)]));
      calls.push({ verb, events, takes: claim !== undefined || spend !== undefined });
      return (run as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return { store: Object.fromEntries(recorded) as Store, calls };
}

describe("what time tells", () => {
  it("A46 a wrong code of an enrolled subject and of one without a factor take the same steps, down to the lock and under it", async () => {
    const { store, calls } = recording(memoryStore());
    const kit = createKit(createMfa, store);
    const { factor, evaluations } = countingTotp();
    const mfa = await kit.mfa({ factors: [factor] });
    const enrolled = await kit.enrolled(mfa);
    const none = kit.someone();
    const code = enrolled.wrong();

    /** All that a wrong code sets in motion. */
    const steps = async (subject: Subject) => {
      const [asked, compared, told] = [calls.length, evaluations(), kit.events.length];
      const answer = await mfa.verify({ subject, code });
      return {
        answer,
        calls: calls.slice(asked),
        compared: evaluations() - compared,
        events: kindsOf(kit.events.slice(told)),
      };
    };

    for (let attempt = 1; attempt <= 7; attempt += 1) {
      const expected = await steps(enrolled.subject);
      expect(expected.calls.map(({ verb }) => verb)).toContain("charge");
      expect(expected.compared).toBe(attempt <= 5 ? 1 : 0);
      expect(await steps(none)).toEqual(expected);
    }
  });
});
