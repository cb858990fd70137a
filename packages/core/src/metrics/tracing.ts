/** The part of an OpenTelemetry `Span` that is used. */
export interface TracingSpan {
  setAttribute(key: string, value: string): unknown;
  setStatus(status: { code: number }): unknown;
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
  startActiveSpan(name: string, run: (span: TracingSpan) => unknown): unknown;
}
