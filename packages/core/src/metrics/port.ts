/**
 * How the judgement of a code ended. `ok`: the code was right. `invalid`: wrong, too old, or of a factor that is not
 * there. `replayed`: it was used before. `locked`: refused under a lock. `expired`: its challenge was over. `fault`: the
 * store or a key failed, so it was denied.
 */
export type VerificationOutcome = "ok" | "invalid" | "replayed" | "locked" | "expired" | "fault";

/** A thing that was counted or timed. There is no field that a subject, a code or a secret could enter. */
export type Measurement =
  /** A code was judged. `method` is known where a factor claimed the code or only one could read it. */
  | { type: "verification"; method: string | undefined; purpose: string | undefined; outcome: VerificationOutcome; seconds: number }
  /** An authenticator was enabled by its first code, or taken over from another system. */
  | { type: "enrolment"; method: string; source: "setup" | "import" }
  /** Failures reached a lock. */
  | { type: "lockout"; lane: string }
  /** A right code that had been spent already. */
  | { type: "replay"; method: string }
  | { type: "recovery_code_used" }
  /** Time steps that the authenticator of a right time-based code was off; negative when it is behind. */
  | { type: "totp_drift"; steps: number }
  /** A verb of the store failed; what was asked is denied. */
  | { type: "store_error"; verb: string };

/** All that can be named in measurements, beside the purposes that the host declares. */
export interface Measured {
  /** The methods of the engine's factors. */
  methods: readonly string[];
  /** What codes are for where the engine itself asks for one, such as `nightlatch:disable`. */
  purposes: readonly string[];
  lanes: readonly string[];
  /** The verbs of the store. */
  verbs: readonly string[];
}

/**
 * Where the engine's figures go: `promMetrics()`, or a few lines of the host's own. What it throws is dropped with
 * one warning of the process (`NIGHTLATCH_METRICS`), and changes no answer; it is not waited for.
 *
 * @example
 * ```ts
 * import type { Metrics } from "@nightlatch/core";
 *
 * export const printed: Metrics = {
 *   declare: ({ methods }) => console.log("methods", methods),
 *   record: (measurement) => console.log(measurement),
 * };
 * ```
 */
export interface Metrics {
  /** Told once by each `createMfa`, before anything is recorded. */
  declare(measured: Measured): void;
  /** Told of each thing as it happens, in the middle of a verification: be quick. */
  record(measurement: Measurement): void;
}
