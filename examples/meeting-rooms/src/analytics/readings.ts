import type { Sample } from "./exposition.ts";

/** What of a service's `/metrics` the system page is made of: counts since the process began. */
export interface Reading {
  requests: number;
  /** Answered with 4xx. */
  refused: number;
  /** Answered with 5xx. */
  failed: number;
  /** How many took at most so many seconds, by bound. */
  within: ReadonlyMap<number, number>;
  mfa: Readonly<Record<MfaCount, number>>;
}

/** What is counted of second factors. */
export const MFA_COUNTS = ["accepted", "wrong", "replayed", "recovery_codes_used", "locks"] as const;

export type MfaCount = (typeof MFA_COUNTS)[number];

/** What machines ask for by themselves, and what stays open for as long as somebody looks: no measure of how people are served. */
const NOT_PEOPLE = new Set(["/health", "/metrics", "/events", "/analytics/live"]);

const ofMfa = ({ name, labels }: Sample): MfaCount | undefined => {
  if (name === "mfa_verifications_total") return labels.outcome === "ok" ? "accepted" : labels.outcome === "invalid" ? "wrong" : undefined;
  if (name === "mfa_replays_total") return "replayed";
  if (name === "mfa_recovery_codes_used_total") return "recovery_codes_used";
  return name === "mfa_lockouts_total" ? "locks" : undefined;
};

/** Reduces a scrape to what is kept. */
export function readingOf(samples: readonly Sample[]): Reading {
  const within = new Map<number, number>();
  const mfa = { accepted: 0, wrong: 0, replayed: 0, recovery_codes_used: 0, locks: 0 };
  const sums = { requests: 0, refused: 0, failed: 0 };
  for (const sample of samples) {
    const { name, labels, value } = sample;
    const count = ofMfa(sample);
    if (count) mfa[count] += value;
    if (NOT_PEOPLE.has(labels.route ?? "")) continue;
    if (name === "http_requests_total") {
      sums.requests += value;
      if (labels.status?.startsWith("4")) sums.refused += value;
      if (labels.status?.startsWith("5")) sums.failed += value;
    }
    if (name === "http_request_duration_seconds_bucket") {
      const bound = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
      within.set(bound, (within.get(bound) ?? 0) + value);
    }
  }
  return { ...sums, within, mfa };
}

/** Counts begin anew with a process: what is less than before has started from nothing, as Prometheus' increase() has it. */
const grown = (now: number, before: number): number => (now >= before ? now - before : now);

/** What happened between two readings. */
export function between(before: Reading, now: Reading): Reading {
  return {
    requests: grown(now.requests, before.requests),
    refused: grown(now.refused, before.refused),
    failed: grown(now.failed, before.failed),
    within: new Map([...now.within].map(([bound, count]) => [bound, grown(count, before.within.get(bound) ?? 0)])),
    mfa: Object.fromEntries(MFA_COUNTS.map((name) => [name, grown(now.mfa[name], before.mfa[name])])) as Record<MfaCount, number>,
  };
}

/** Readings of several stretches of time, as one. */
export function together(readings: readonly Reading[]): Reading {
  const bounds = new Set(readings.flatMap(({ within }) => [...within.keys()]));
  const sum = (of: (reading: Reading) => number): number => readings.reduce((all, one) => all + of(one), 0);
  return {
    requests: sum(({ requests }) => requests),
    refused: sum(({ refused }) => refused),
    failed: sum(({ failed }) => failed),
    within: new Map([...bounds].map((bound) => [bound, sum(({ within }) => within.get(bound) ?? 0)])),
    mfa: Object.fromEntries(MFA_COUNTS.map((name) => [name, sum(({ mfa }) => mfa[name])])) as Record<MfaCount, number>,
  };
}

/**
 * The seconds within which a share of the requests was answered, as Prometheus' histogram_quantile() works it out:
 * evenly spread within a bucket, and the highest bound for what is above all. `undefined` without requests.
 */
export function quantileOf({ within }: Reading, share: number): number | undefined {
  const buckets = [...within].sort(([a], [b]) => a - b);
  const all = buckets.at(-1)?.[1] ?? 0;
  if (all === 0) return undefined;
  const rank = share * all;
  let [low, below] = [0, 0];
  for (const [bound, count] of buckets) {
    if (count >= rank && count > below)
      return bound === Number.POSITIVE_INFINITY ? low : low + ((bound - low) * (rank - below)) / (count - below);
    [low, below] = [bound, count];
  }
  return low;
}
