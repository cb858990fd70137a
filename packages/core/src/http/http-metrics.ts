import { ConfigError, refuseUnknown } from "../errors.ts";

/** What is asked of a metric's class in prom-client. */
export type MetricClass<Child> = new (
  about: never,
) => {
  /** The one with these labels. */
  labels(...values: string[]): Child;
};

/** The part of prom-client 15 that is used: the module itself is one. */
export interface PromClient {
  Counter: MetricClass<{
    /** Counts one more. */
    inc(): void;
  }>;
  Gauge: MetricClass<{
    /** One more than before. */
    inc(): void;
    /** One fewer. */
    dec(): void;
  }>;
  Histogram: MetricClass<{
    /** Counts a duration. */
    observe(seconds: number): void;
  }>;
  /** Where metrics are registered unless an option says otherwise. */
  register: {
    /** The metric of that name, if there is one. */
    getSingleMetric(name: string): unknown;
  };
}

/** The options of `httpMetrics`. */
export interface HttpMetricsOptions {
  /** Where the metrics are registered. @defaultValue prom-client's own `register` */
  register?: PromClient["register"];
  /** Upper bounds of the durations, in seconds. @defaultValue 0.005 to 10, as prom-client's own */
  buckets?: readonly number[];
}

/** Ends what was begun: by the route's pattern, and the status that was answered, if it was. */
export type RequestEnd = (route: string | undefined, status: number | undefined) => void;

/** Begins to time a request. */
export type RequestMetrics = (method: string) => RequestEnd;

/** A route that there is none of: every raw path in one label. */
const UNMATCHED = "unmatched";
const OTHER = "other";
/** The client went before it had an answer. */
const ABORTED = "aborted";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** More routes than an app has. What comes after them is one label, should somebody pass paths for patterns. */
const MOST_ROUTES = 1000;

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A value for each key, made once: prom-client hashes labels anew each time that a child is asked for. */
function kept<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      made.set(key, value);
    }
    return value;
  };
}

const statusLabel = (status: number | undefined): string => {
  if (status === undefined) return ABORTED;
  return Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : OTHER;
};

/**
 * The HTTP metrics behind every adapter's `httpMetrics`: `http_requests_total` and `http_request_duration_seconds` by
 * method, route pattern and status, `http_requests_in_progress` by method, since route and status are not known yet.
 * Labels are bounded whatever is requested: a path that no route matches is `unmatched`, a method beyond the usual is
 * `other`, a request that its client gave up is `aborted`.
 *
 * @throws ConfigError when what was given is not prom-client, or its registry holds metrics of these names
 */
export function createHttpMetrics(
  client: PromClient,
  { register, buckets = BUCKETS, ...unknown }: HttpMetricsOptions = {},
): RequestMetrics {
  refuseUnknown("httpMetrics", unknown, "register and buckets");
  if (typeof client?.Counter !== "function" || typeof client.Gauge !== "function" || typeof client.Histogram !== "function")
    throw new ConfigError('httpMetrics takes prom-client: import * as client from "prom-client"; httpMetrics(client).');
  const registry = register ?? client.register;

  const made = <Child>(Metric: MetricClass<Child>, name: string, help: string, labelNames: string[], more = {}) => {
    const found = registry.getSingleMetric(name);
    if (found === undefined) return new Metric({ name, help, labelNames, registers: [registry], ...more } as never);
    // By form and not by class: two apps of a process share it, and after a hot reload it is of the module before.
    const { labelNames: labels, labels: childOf } = found as { labelNames?: unknown; labels?: unknown };
    if (`${labels}` === `${labelNames}` && typeof childOf === "function") return found as InstanceType<typeof Metric>;
    throw new ConfigError(`httpMetrics: the registry holds a metric ${name} of another form. Give httpMetrics a registry of its own.`);
  };
  const LABELS = ["method", "route", "status"];
  const total = made(client.Counter, "http_requests_total", "Requests answered, or given up.", LABELS);
  const duration = made(client.Histogram, "http_request_duration_seconds", "Time until requests were answered, or given up.", LABELS, {
    buckets: [...buckets],
  });
  const progress = made(client.Gauge, "http_requests_in_progress", "Requests that are being answered.", ["method"]);

  const methodLabel = (method: string): string => (METHODS.has(method) ? method : OTHER);
  const inProgress = kept((method: string) => progress.labels(method));

  const ofRoute = (route: string) =>
    kept((method: string) =>
      kept((status: number | undefined) => {
        const labels = [method, route, statusLabel(status)] as const;
        return { total: total.labels(...labels), duration: duration.labels(...labels) };
      }),
    );
  const known = new Map<string, ReturnType<typeof ofRoute>>();
  const overflow = ofRoute(OTHER);
  const byRoute = (route: string) => {
    let found = known.get(route);
    if (found === undefined) {
      if (known.size >= MOST_ROUTES) return overflow;
      found = ofRoute(route);
      known.set(route, found);
    }
    return found;
  };

  return (asked) => {
    const method = methodLabel(asked);
    const gauge = inProgress(method);
    gauge.inc();
    const began = performance.now();
    let isOver = false;
    return (route, status) => {
      if (isOver) return;
      isOver = true;
      gauge.dec();
      const series = byRoute(route ?? UNMATCHED)(method)(status);
      series.total.inc();
      series.duration.observe((performance.now() - began) / 1000);
    };
  };
}
