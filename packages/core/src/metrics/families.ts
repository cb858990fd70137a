/** A metric as Prometheus knows it, without a prefix. */
export interface MetricFamily {
  name: string;
  kind: "counter" | "histogram";
  help: string;
  labels: readonly string[];
  /** Upper bounds; a histogram has them. */
  buckets: readonly number[];
}

const counter = (name: string, help: string, ...labels: string[]): MetricFamily => ({ name, kind: "counter", help, labels, buckets: [] });

/** Steps that a code can be off: `totp({ window })` is 3 at most. */
export const MOST_DRIFT = 3;

type Family = "verifications" | "duration" | "enrolments" | "lockouts" | "replays" | "recoveryCodes" | "storeErrors" | "drift";

/** Every metric there is. */
export const families: Readonly<Record<Family, MetricFamily>> = {
  verifications: counter("mfa_verifications_total", "Codes judged, by how that ended.", "method", "purpose", "outcome"),
  duration: {
    name: "mfa_verification_duration_seconds",
    kind: "histogram",
    help: "Time that the judgement of a code took, its trips to the store included.",
    labels: ["outcome"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  enrolments: counter("mfa_enrolments_total", "Authenticators enabled by their first code, or imported.", "method", "source"),
  lockouts: counter("mfa_lockouts_total", "Locks that wrong codes brought.", "lane"),
  replays: counter("mfa_replays_total", "Right codes that had been used before.", "method"),
  recoveryCodes: counter("mfa_recovery_codes_used_total", "Recovery codes used up."),
  storeErrors: counter("mfa_store_errors_total", "Calls of the store that failed; what was asked was denied.", "verb"),
  drift: {
    name: "mfa_totp_drift_steps",
    kind: "histogram",
    help: "Time steps that authenticators were off when their code was right; negative when behind.",
    labels: [],
    // With no bound for all that is above it, prom-client would count a greater value under -1.
    buckets: Array.from({ length: 2 * MOST_DRIFT + 1 }, (_, index) => index - MOST_DRIFT),
  },
};
