export type { Measured, Measurement, Metrics, VerificationOutcome } from "./port.ts";
export { type PromMetricsOptions, promMetrics } from "./prom-metrics.ts";
