import type { Logger } from "pino";
import { z } from "zod";
import { readExposition } from "./exposition.ts";
import { between, MFA_COUNTS, type MfaCount, quantileOf, type Reading, readingOf, together } from "./readings.ts";

const MINUTE = 60_000;

/** Minutes that are kept. */
const KEPT = 60;

/** Milliseconds from one look at the services to the next. */
const EVERY = 5_000;

/** Above it a service is slow. The same as in the alert HighLatency. */
const SLOW_MS = 300;

const state = z.enum(["up", "slow", "down", "unknown"]);

const figures = {
  state,
  requests_per_second: z.number(),
  /** Within which 95 of 100 requests were answered; `null` without any. */
  p95_ms: z.number().nullable(),
  /** Answers with 4xx, and with 5xx, of 100. */
  refused_percentage: z.number(),
  failed_percentage: z.number(),
};

/** What the system page shows. */
export const systemAnswer = z.object({
  at: z.iso.datetime(),
  sampled_every_seconds: z.number(),
  slow_above_ms: z.number(),
  services: z.array(
    z.object({
      name: z.string(),
      port: z.int(),
      ...figures,
      /** Each process of it, by its address. The service is down once none of them answers. */
      processes: z.array(z.object({ address: z.string(), state })),
      /** The first of the minutes that have been in this state without a break. */
      since: z.iso.datetime(),
      minutes: z.array(z.object({ at: z.iso.datetime(), ...figures })),
    }),
  ),
  /** Of all services, in the last hour. */
  mfa: z.object(Object.fromEntries(MFA_COUNTS.map((name) => [name, z.int()])) as Record<MfaCount, z.ZodInt>),
});

type SystemAnswer = z.output<typeof systemAnswer>;
type Figures = { [Name in keyof typeof figures]: z.output<(typeof figures)[Name]> };

/** One look at a process: what happened since the one before, over how many milliseconds; `undefined` where it did not answer. */
interface Look {
  at: number;
  took: number;
  happened: Reading | undefined;
}

/** A process of a service, and what has been seen of it. */
interface Process {
  url: string;
  looks: Look[];
  last: { at: number; reading: Reading } | undefined;
}

interface Watched {
  name: string;
  port: number;
  /** Where the `/metrics` of each of its processes is. */
  urls: readonly string[];
}

/** Watches services by their `/metrics`. */
export interface SystemHistory {
  /** Looks at every service now. */
  sample(): Promise<void>;
  answer(): SystemAnswer;
  close(): void;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const answered = (looks: readonly Look[]): readonly Reading[] => looks.flatMap(({ happened }) => happened ?? []);

function stateOf(looks: readonly Look[]): z.output<typeof state> {
  if (looks.length === 0) return "unknown";
  if (looks.at(-1)?.happened === undefined) return "down";
  return (quantileOf(together(answered(looks)), 0.95) ?? 0) * 1000 > SLOW_MS ? "slow" : "up";
}

/** Requests per second of a process, in the time for which it answered. */
function rateOf(looks: readonly Look[]): number {
  const seconds = looks.reduce((all, { took, happened }) => all + (happened ? took : 0), 0) / 1000;
  return seconds === 0 ? 0 : together(answered(looks)).requests / seconds;
}

/** The figures of a service, out of what was seen of each of its processes: what they did is added up. */
function figuresOf(processes: readonly (readonly Look[])[]): Figures {
  const looks = processes.flat();
  const sum = together(answered(looks));
  const p95 = quantileOf(sum, 0.95);
  const share = (count: number): number => (sum.requests === 0 ? 0 : round((100 * count) / sum.requests, 2));
  // While one of them answers, so does the service.
  const serving = processes.filter((own) => stateOf(own) !== "down").flat();
  return {
    state: stateOf(serving.length > 0 ? serving : looks),
    requests_per_second: round(
      processes.reduce((all, own) => all + rateOf(own), 0),
      2,
    ),
    p95_ms: p95 === undefined ? null : round(p95 * 1000, 1),
    refused_percentage: share(sum.refused),
    failed_percentage: share(sum.failed),
  };
}

/** Begins to watch; the last hour is kept in memory, a process's own. */
export function createSystemHistory(
  services: readonly Watched[],
  { log, clock = Date.now, every = EVERY }: { log: Logger; clock?: () => number; every?: number },
): SystemHistory {
  const watched = services.map(({ name, port, urls }) => ({
    name,
    port,
    processes: urls.map((url): Process => ({ url, looks: [], last: undefined })),
  }));

  const look = async (process: Process): Promise<void> => {
    const { url, last, looks } = process;
    const reading = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(every) }).then(
      async (answer) => (answer.ok ? readingOf(readExposition(await answer.text())) : undefined),
      () => undefined,
    );
    const at = clock();
    if (reading) process.last = { at, reading };
    // The first reading tells what happened before anybody looked.
    if (!reading) looks.push({ at, took: every, happened: undefined });
    else if (last) looks.push({ at, took: at - last.at, happened: between(last.reading, reading) });
    while (looks[0] && looks[0].at <= at - KEPT * MINUTE) looks.shift();
  };

  let sampling: Promise<void> | undefined;
  const sample = (): Promise<void> => {
    sampling ??= Promise.all(watched.flatMap(({ processes }) => processes.map(look)))
      .then(() => undefined)
      .finally(() => {
        sampling = undefined;
      });
    return sampling;
  };
  const timer = setInterval(() => {
    sample().catch((error: unknown) => log.error({ err: error }, "the services could not be looked at"));
  }, every);
  timer.unref();

  return Object.freeze({
    sample,
    answer() {
      const now = clock();
      const thisMinute = Math.floor(now / MINUTE) * MINUTE;
      const ofService = ({ name, port, processes }: (typeof watched)[number]): SystemAnswer["services"][number] => {
        const within = (from: number, to: number): Look[][] =>
          processes.map(({ looks }) => looks.filter(({ at }) => at >= from && at < to));
        const minutes = Array.from({ length: KEPT }, (_, index) => {
          const begins = thisMinute - (KEPT - 1 - index) * MINUTE;
          return { at: new Date(begins).toISOString(), ...figuresOf(within(begins, begins + MINUTE)) };
        });
        const lately = within(now - MINUTE + 1, now + 1);
        const present = figuresOf(lately);
        // A minute that has only just begun tells nothing yet.
        const known = minutes.filter(({ state }) => state !== "unknown");
        const other = known.findLastIndex(({ state }) => state !== present.state);
        return {
          name,
          port,
          ...present,
          processes: processes.map(({ url }, index) => ({ address: new URL(url).host, state: stateOf(lately[index] ?? []) })),
          since: known[other + 1]?.at ?? new Date(thisMinute).toISOString(),
          minutes,
        };
      };
      const { mfa } = together(watched.flatMap(({ processes }) => processes.flatMap(({ looks }) => answered(looks))));
      return {
        at: new Date(now).toISOString(),
        sampled_every_seconds: every / 1000,
        slow_above_ms: SLOW_MS,
        services: watched.map(ofService),
        mfa,
      };
    },
    close: () => clearInterval(timer),
  } satisfies SystemHistory);
}
