/**
 * What is counted and timed: metrics for prom-client, spans for OpenTelemetry.
 *
 * @module
 */

export type { Measured, Measurement, Metrics, VerificationOutcome } from "./port.ts";
export { type PromMetricsOptions, promMetrics } from "./prom-metrics.ts";
