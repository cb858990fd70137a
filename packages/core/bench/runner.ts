/** One of those that are compared. */
export interface Contestant {
  name: string;
  /** Does the work so many times. A loop of its own, so that one contestant's call is not mistaken for another's by the compiler. */
  round(times: number): void | Promise<void>;
}

/** Nanoseconds on a clock of either kind. */
const CLOCKS = {
  wall: (): number => Number(process.hrtime.bigint()),
  thread(): number {
    const { user, system } = process.threadCpuUsage();
    return (user + system) * 1e3;
  },
};

/** The kinds of clock that there are, or one of the benchmark's own, in nanoseconds. */
type Clock = keyof typeof CLOCKS | (() => Promise<number>);

/** How a comparison is run. */
export interface RaceOptions {
  /** Rounds that count. @defaultValue 61 */
  rounds?: number;
  /** Rounds before those, which do not. @defaultValue 8 */
  warmUp?: number;
  /** Milliseconds that one round of one contestant takes, about. @defaultValue 20 */
  roundMs?: number;
  /**
   * What is measured: the time that goes by, or what the main thread spends of a processor. That one is for work
   * that waits for nothing, since other programs on the machine don't show in it. @defaultValue "wall"
   */
  clock?: Clock;
}

/** What one contestant took. */
export interface Timing {
  name: string;
  /** Nanoseconds for one piece of work: one number for each round. */
  samples: readonly number[];
  /** The middle of them, and the bounds of the middle half. */
  median: number;
  quartiles: readonly [low: number, high: number];
}

/** A number that a benchmark exists for. */
export interface Ratio {
  /** As the last lines print it: `ratio <name> <value>`. */
  name: string;
  value: number;
  /** What it should be at least, or at most, where there is a target. */
  atLeast?: number;
  atMost?: number;
}

/** A measured number. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  quartiles?: readonly [low: number, high: number];
  /** 95 of 100 samples are not above it. */
  p95?: number;
  /** Pieces of work done in a second. */
  perSecond?: number;
  /** Microseconds of processor time that one takes, wherever it is spent. */
  cpu?: number;
}

/** What a benchmark hands back; `main.ts` prints it. */
export interface Report {
  title: string;
  /** How it was measured, a sentence each. */
  method: readonly string[];
  /** Measured numbers, in the order in which they are shown. */
  figures: readonly Figure[];
  ratios: readonly Ratio[];
}

/** A number of sorted ones, by its place from 0 to 1. */
export function quantile(sorted: readonly number[], place: number): number {
  const at = (sorted.length - 1) * place;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** The middle of numbers in any order. */
export function median(numbers: readonly number[]): number {
  return quantile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  );
}

/** What a round took, in nanoseconds for one piece of work. */
async function timed(contestant: Contestant, times: number, clock: Clock): Promise<number> {
  const now = typeof clock === "function" ? clock : CLOCKS[clock];
  const asked = now();
  const began = typeof asked === "number" ? asked : await asked;
  const pending = contestant.round(times);
  // What is synchronous is not made to wait for a promise.
  if (pending) await pending;
  const ended = now();
  return Math.max((typeof ended === "number" ? ended : await ended) - began, 1) / times;
}

/** The same ones in an order that chance decides. */
function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((one) => ({ one, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

/**
 * Runs contestants against each other in one process. Their rounds are interleaved, in another order each time, so
 * that whatever else the machine does falls on all alike. Before each the young garbage of its predecessor is
 * collected (where Node runs with --expose-gc), lest it be charged for that; a full collection would also throw
 * compiled code away. Warm-up rounds settle how many repetitions make up a round of each.
 */
export async function race(
  contestants: readonly Contestant[],
  { rounds = 61, warmUp = 8, roundMs = 20, clock = "wall" }: RaceOptions = {},
): Promise<Timing[]> {
  const lanes = contestants.map((contestant) => ({ contestant, times: 1, samples: [] as number[] }));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const lane of shuffled(lanes)) {
      globalThis.gc?.({ type: "minor" });
      const took = await timed(lane.contestant, lane.times, clock);
      if (round >= 0) lane.samples.push(took);
      // By steps: what a clock of microseconds says of a single call may be nothing at all.
      else lane.times = Math.max(1, Math.min(lane.times * 32, Math.round((roundMs * 1e6) / took)));
    }
  }
  return lanes.map(({ contestant: { name }, samples }) => {
    const sorted = [...samples].sort((a, b) => a - b);
    return { name, samples, median: quantile(sorted, 0.5), quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)] };
  });
}

/** How many times as fast `ours` is as `theirs`: the median of the rounds' own ratios, since what disturbs a round disturbs both. */
export function timesAsFast(ours: Timing, theirs: Timing): number {
  return median(ours.samples.map((sample, round) => (theirs.samples[round] ?? Number.NaN) / sample));
}

/** A timing as a figure of a report, in microseconds. */
export function inMicroseconds({ name, median: middle, quartiles: [low, high] }: Timing): Figure {
  return { name, value: middle / 1e3, unit: "µs", quartiles: [low / 1e3, high / 1e3] };
}
