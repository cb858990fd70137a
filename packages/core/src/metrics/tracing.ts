/** The part of an OpenTelemetry `Span` that is used. */
export interface TracingSpan {
  /** `mfa.method`, `mfa.purpose`, `mfa.outcome` or `error.type`. */
  setAttribute(key: string, value: string): unknown;
  /** Told of faults alone: 2, an error. */
  setStatus(status: { code: number }): unknown;
  /** The last that is told. */
  end(): void;
}

/**
 * The part of an OpenTelemetry `Tracer` that is used: `trace.getTracer("nightlatch")` of `@opentelemetry/api` is one.
 * Nothing of OpenTelemetry is imported. What a tracer throws is dropped, and changes no answer.
 *
 * @example
 * ```ts
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 * import { trace } from "@opentelemetry/api";
 *
 * createMfa({
 *   issuer: "Example",
 *   keys: keyring(process.env.NIGHTLATCH_KEYS),
 *   store: memoryStore(),
 *   tracing: trace.getTracer("nightlatch"),
 * });
 * ```
 */
export interface Tracing {
  /** Makes a span, and runs the work under it. Work that is not run is run without a span. */
  startActiveSpan(name: string, run: (span: TracingSpan) => unknown): unknown;
}
