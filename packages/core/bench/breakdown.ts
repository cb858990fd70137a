import type { Store } from "../src/index.ts";
import { nightlatchOn, signingIn } from "./contenders/nightlatch.ts";
import { type Figure, quantile } from "./runner.ts";

const PARTS = [
  "the challenge opened",
  "charge: one round trip",
  "secret opened, code compared, rows of the log made",
  "settle: one round trip",
  "the grant signed",
] as const;

/** Where the time of a verification goes: the medians of its parts, one at a time, by the moments at which the store is called. */
export async function breakdown(store: Store, { users, rounds }: { users: number; rounds: number }): Promise<Figure[]> {
  let marks: number[] = [];
  const marking = <A extends unknown[], R>(verb: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      marks.push(performance.now());
      const answer = await verb(...args);
      marks.push(performance.now());
      return answer;
    };
  };
  const watched: Store = { ...store, charge: marking(store.charge), settle: marking(store.settle) };
  const contender = signingIn("", await nightlatchOn(watched, { prefix: "breakdown", users }));
  const took = PARTS.map(() => [] as number[]);
  for (let round = -2; round < rounds; round += 1) {
    for (const verify of await contender.ready(users)) {
      marks = [performance.now()];
      await verify();
      marks.push(performance.now());
      if (round >= 0) for (const [part, samples] of took.entries()) samples.push((marks[part + 1] ?? 0) - (marks[part] ?? 0));
    }
  }
  return PARTS.map((name, part) => {
    const sorted = took[part]?.sort((a, b) => a - b) ?? [];
    return { name: `  of which: ${name}`, value: quantile(sorted, 0.5) * 1e3, unit: "µs", p95: quantile(sorted, 0.95) * 1e3 };
  });
}
