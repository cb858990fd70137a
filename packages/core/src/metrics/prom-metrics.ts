import { Counter, register as globalRegister, Histogram, type Metric, type Registry, type RegistryContentType } from "prom-client";
import { ConfigError } from "../errors.ts";
import { PURPOSE } from "../internal/forms.ts";
import { families, type MetricFamily, MOST_DRIFT } from "./families.ts";
import type { Measured, Measurement, Metrics, VerificationOutcome } from "./port.ts";

/** The options of `promMetrics`. */
export interface PromMetricsOptions {
  /** Where the metrics are registered. @defaultValue prom-client's own `register` */
  register?: Registry<RegistryContentType>;
  /**
   * The purposes of your demands that the label `purpose` tells apart, 50 at most; all others count as `other`, and
   * codes without a purpose as `none`. @defaultValue []
   */
  purposes?: readonly string[];
  /** Stands before every metric's name: `acme_` makes `acme_mfa_verifications_total`. @defaultValue "" */
  prefix?: string;
}

const MOST_PURPOSES = 50;
const [NO_PURPOSE, OTHER, UNKNOWN] = ["none", "other", "unknown"] as const;

const OUTCOMES: Record<VerificationOutcome, true> = { ok: true, invalid: true, replayed: true, locked: true, expired: true, fault: true };

/** A metric of the family's form under this name: one that is there already, or a new one. */
function registered(register: Registry<RegistryContentType>, prefix: string, family: MetricFamily): Counter | Histogram {
  const { kind, help, labels, buckets } = family;
  const name = `${prefix}${family.name}`;
  const found = register.getSingleMetric(name) as (Metric & { type?: string; labelNames?: string[]; buckets?: number[] }) | undefined;
  if (found) {
    const formOf = (type: unknown, names: readonly string[] = [], bounds: readonly number[] = []) => `${type} ${names} ${bounds}`;
    // Compared by form and not by class: after a hot reload the metric is of the module before.
    if (formOf(found.type, found.labelNames, found.buckets) === formOf(kind, labels, buckets)) return found as Counter | Histogram;
    throw new ConfigError(
      `promMetrics: the registry holds a metric ${name} of another form, so Nightlatch's would be lost. Give promMetrics a prefix, or a registry of its own.`,
    );
  }
  const about = { name, help, labelNames: labels, registers: [register as Registry] };
  if (kind === "counter") return new Counter(about);
  const histogram = new Histogram({ ...about, buckets: [...buckets] });
  // Begun at 0 where it is made, since `zero` would wipe what another engine has counted.
  if (labels.length > 0) for (const outcome of Object.keys(OUTCOMES)) histogram.zero({ outcome });
  return histogram;
}

/** A metric's children by their labels, each made once. */
function childrenOf<Child>(make: (...values: string[]) => Child): (...values: string[]) => Child {
  const made = new Map<string, Child>();
  return (...values) => {
    // No label has a line's end in it.
    const key = values.length === 1 ? (values[0] as string) : values.join("\n");
    let child = made.get(key);
    if (child === undefined) {
      child = make(...values);
      made.set(key, child);
    }
    return child;
  };
}

function checkOptions(purposes: readonly string[], prefix: string): void {
  if (!Array.isArray(purposes) || purposes.length > MOST_PURPOSES) {
    throw new ConfigError(
      `promMetrics: purposes lists ${MOST_PURPOSES} at most: each is a series of its own for every method and outcome.`,
    );
  }
  const wrong = purposes.find((purpose) => !PURPOSE.test(purpose) || purpose === NO_PURPOSE || purpose === OTHER);
  if (wrong !== undefined) {
    throw new ConfigError(
      `promMetrics: ${JSON.stringify(wrong)} can't be a purpose here. One has 1 to 64 printable ASCII characters without spaces, and "${NO_PURPOSE}" and "${OTHER}" mean something else.`,
    );
  }
  if (!/^(?:[a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(prefix)) {
    throw new ConfigError(`promMetrics: a prefix is made of a-z, 0-9, _ and :, and begins with no digit; got ${JSON.stringify(prefix)}.`);
  }
}

/**
 * Metrics for Prometheus, on prom-client 15 (a peer of this subpath). Labels are bounded whatever users send: methods
 * are those of the engine's factors, purposes those declared, outcomes a closed set; no label names a subject. Several
 * engines can share a registry, and a module that is loaded anew takes up the metrics that are there.
 *
 * @throws ConfigError when an option makes no sense, or the registry holds another metric of the same name
 *
 * @example
 * ```ts
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { promMetrics } from "@nightlatch/core/metrics";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 *
 * createMfa({
 *   issuer: "Example",
 *   keys: keyring(process.env.NIGHTLATCH_KEYS),
 *   store: memoryStore(),
 *   metrics: promMetrics({ purposes: ["booking.cancel"] }),
 * });
 * ```
 */
export function promMetrics({ register = globalRegister, purposes = [], prefix = "" }: PromMetricsOptions = {}): Metrics {
  checkOptions(purposes, prefix);
  const counter = (family: MetricFamily) => {
    const metric = registered(register, prefix, family) as Counter;
    return childrenOf((...values) => metric.labels(...values));
  };
  const verifications = counter(families.verifications);
  const durations = registered(register, prefix, families.duration) as Histogram;
  const duration = childrenOf((outcome) => durations.labels(outcome));
  const enrolments = counter(families.enrolments);
  const lockouts = counter(families.lockouts);
  const replays = counter(families.replays);
  const recoveryCodes = counter(families.recoveryCodes);
  const storeErrors = counter(families.storeErrors);
  const drift = registered(register, prefix, families.drift) as Histogram;

  const known = { methods: new Set<string>(), purposes: new Set(purposes), lanes: new Set<string>(), verbs: new Set<string>() };
  const among = (values: ReadonlySet<string>, value: string | undefined, otherwise: string): string =>
    value !== undefined && values.has(value) ? value : otherwise;
  const methodOf = (method: string | undefined): string => among(known.methods, method, UNKNOWN);

  return Object.freeze({
    declare(measured: Measured) {
      for (const kind of ["methods", "purposes", "lanes", "verbs"] as const) for (const name of measured[kind]) known[kind].add(name);
      // Prometheus sees no increase in a series that begins at 1, so those that alerts wait for begin at 0.
      for (const outcome of Object.keys(OUTCOMES)) {
        for (const method of [...known.methods, UNKNOWN]) verifications(method, NO_PURPOSE, outcome).inc(0);
      }
      for (const method of known.methods) {
        replays(method).inc(0);
        for (const source of ["setup", "import"]) enrolments(method, source).inc(0);
      }
      for (const lane of known.lanes) lockouts(lane).inc(0);
      for (const verb of known.verbs) storeErrors(verb).inc(0);
    },
    record(measurement: Measurement) {
      switch (measurement.type) {
        case "verification": {
          const purpose = measurement.purpose === undefined ? NO_PURPOSE : among(known.purposes, measurement.purpose, OTHER);
          const outcome = Object.hasOwn(OUTCOMES, measurement.outcome) ? measurement.outcome : "fault";
          verifications(methodOf(measurement.method), purpose, outcome).inc();
          duration(outcome).observe(measurement.seconds);
          return;
        }
        case "enrolment":
          return enrolments(methodOf(measurement.method), measurement.source === "import" ? "import" : "setup").inc();
        case "lockout":
          return lockouts(among(known.lanes, measurement.lane, UNKNOWN)).inc();
        case "replay":
          return replays(methodOf(measurement.method)).inc();
        case "recovery_code_used":
          return recoveryCodes().inc();
        case "totp_drift":
          return drift.observe(Math.min(MOST_DRIFT, Math.max(-MOST_DRIFT, measurement.steps)));
        case "store_error":
          return storeErrors(among(known.verbs, measurement.verb, UNKNOWN)).inc();
      }
    },
  } satisfies Metrics);
}
