import type { Contender, Verification } from "./contenders/contender.ts";
import type { CpuClock } from "./contenders/cpu.ts";
import { type Figure, median, quantile, type Timing } from "./runner.ts";

/** What one contender took with so many verifications in flight. */
export interface Measured extends Timing {
  concurrency: number;
  /** Nanoseconds within which 95 of 100 verifications were answered. */
  p95: number;
  /** Verifications answered in a second. */
  perSecond: number;
  /** Processor time of each, as a timing of its own. */
  cpu: Timing;
}

/** How verifications are compared. */
export interface VerificationOptions {
  /** Rounds that count. */
  rounds: number;
  /** Rounds before those, which do not. */
  warmUp: number;
  /** Verifications of one contender in a round, at each concurrency. */
  each: number;
  concurrencies: readonly number[];
  cpu: CpuClock;
}

/** Runs all of them, so many in flight; what each took, in nanoseconds. */
async function inFlight(verifications: readonly Verification[], concurrency: number): Promise<number[]> {
  const took: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let verify = verifications[next++]; verify; verify = verifications[next++]) {
      const began = performance.now();
      await verify();
      took.push((performance.now() - began) * 1e6);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return took;
}

interface Lane {
  contender: Contender;
  concurrency: number;
  /** The median of each round. */
  samples: number[];
  /** The processor time of each round, in nanoseconds for one verification. */
  cpu: number[];
  latencies: number[];
  count: number;
  ns: number;
}

/**
 * Runs contenders against each other in one process. Their rounds are interleaved, each round beginning with
 * another of them, so that whatever else the machine does falls on all alike. What makes a verification ready (a
 * new step, a sign-in) is done before the round, untimed.
 */
export async function raceVerifications(
  contenders: readonly Contender[],
  { rounds, warmUp, each, concurrencies, cpu }: VerificationOptions,
  progress: (done: number) => void = () => {},
): Promise<Measured[]> {
  const lanes = concurrencies.flatMap((concurrency) =>
    contenders.map((contender): Lane => ({ contender, concurrency, samples: [], cpu: [], latencies: [], count: 0, ns: 0 })),
  );
  for (let round = -warmUp; round < rounds; round += 1) {
    for (let turn = 0; turn < lanes.length; turn += 1) {
      const lane = lanes[(round + warmUp + turn) % lanes.length] as Lane;
      const verifications = await lane.contender.ready(each);
      // What making them ready left behind is not charged to them.
      globalThis.gc?.({ type: "minor" });
      const spentBefore = await cpu();
      const began = performance.now();
      const took = await inFlight(verifications, lane.concurrency);
      const ns = (performance.now() - began) * 1e6;
      const spent = (await cpu()) - spentBefore;
      if (round < 0) continue;
      lane.samples.push(median(took));
      lane.cpu.push((spent * 1e3) / took.length);
      lane.latencies.push(...took);
      lane.count += took.length;
      lane.ns += ns;
    }
    progress((round + warmUp + 1) / (rounds + warmUp));
  }
  return lanes.map(({ contender: { name }, concurrency, samples, cpu: spent, latencies, count, ns }) => ({
    ...timingOf(name, latencies),
    samples,
    concurrency,
    p95: quantile(
      latencies.sort((a, b) => a - b),
      0.95,
    ),
    perSecond: count / (ns / 1e9),
    cpu: timingOf(name, spent),
  }));
}

function timingOf(name: string, samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  return { name, samples, median: quantile(sorted, 0.5), quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)] };
}

/** What was measured as a figure of a report, in microseconds. */
export function figureOf({ name, concurrency, median: middle, quartiles: [low, high], p95, perSecond, cpu }: Measured): Figure {
  return {
    name: `${concurrency} at a time: ${name}`,
    value: middle / 1e3,
    unit: "µs",
    p95: p95 / 1e3,
    perSecond,
    cpu: cpu.median / 1e3,
    quartiles: [low / 1e3, high / 1e3],
  };
}
