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

/** One look at a service: what happened since the one before, over how many milliseconds; `undefined` where it did not answer. */
interface Look {
  at: number;
  took: number;
  happened: Reading | undefined;
}

interface Watched {
  name: string;
  port: number;
  /** Where its `/metrics` is. */
  url: string;
}

/** Watches services by their `/metrics`. */
export interface SystemHistory {
  /** Looks at every service now. */
  sample(): Promise<void>;
  answer(): SystemAnswer;
  close(): void;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

function figuresOf(looks: readonly Look[]): Figures {
  const happened = looks.flatMap((look) => look.happened ?? []);
  const sum = together(happened);
  const seconds = looks.reduce((all, { took, happened: answered }) => all + (answered ? took : 0), 0) / 1000;
  const p95 = quantileOf(sum, 0.95);
  const share = (count: number): number => (sum.requests === 0 ? 0 : round((100 * count) / sum.requests, 2));
  const isDown = looks.length > happened.length && looks.at(-1)?.happened === undefined;
  const isSlow = p95 !== undefined && p95 * 1000 > SLOW_MS;
  return {
    state: looks.length === 0 ? "unknown" : isDown ? "down" : isSlow ? "slow" : "up",
    requests_per_second: seconds === 0 ? 0 : round(sum.requests / seconds, 2),
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
  const watched = services.map((service) => ({
    ...service,
    looks: [] as Look[],
    last: undefined as { at: number; reading: Reading } | undefined,
  }));

  const look = async (service: (typeof watched)[number]): Promise<void> => {
    const { last, looks } = service;
    const reading = await fetch(`${service.url}/metrics`, { signal: AbortSignal.timeout(every) }).then(
      async (answer) => (answer.ok ? readingOf(readExposition(await answer.text())) : undefined),
      () => undefined,
    );
    const at = clock();
    if (reading) service.last = { at, reading };
    // The first reading tells what happened before anybody looked.
    if (!reading) looks.push({ at, took: every, happened: undefined });
    else if (last) looks.push({ at, took: at - last.at, happened: between(last.reading, reading) });
    while (looks[0] && looks[0].at <= at - KEPT * MINUTE) looks.shift();
  };

  let sampling: Promise<void> | undefined;
  const sample = (): Promise<void> => {
    sampling ??= Promise.all(watched.map(look))
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
      const ofService = ({ name, port, looks }: (typeof watched)[number]): SystemAnswer["services"][number] => {
        const minutes = Array.from({ length: KEPT }, (_, index) => {
          const begins = thisMinute - (KEPT - 1 - index) * MINUTE;
          const at = new Date(begins).toISOString();
          return { at, ...figuresOf(looks.filter((one) => one.at >= begins && one.at < begins + MINUTE)) };
        });
        const present = figuresOf(looks.filter(({ at }) => at > now - MINUTE));
        // A minute that has only just begun tells nothing yet.
        const known = minutes.filter(({ state }) => state !== "unknown");
        const other = known.findLastIndex(({ state }) => state !== present.state);
        const since = known[other + 1]?.at ?? new Date(thisMinute).toISOString();
        return { name, port, ...present, since, minutes };
      };
      const { mfa } = together(watched.flatMap(({ looks }) => looks.flatMap(({ happened }) => happened ?? [])));
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
