import type { MfaEvent, MfaEventType } from "./events.ts";
import { printable } from "./printable.ts";
import type { EventSink } from "./sink.ts";

/** What is asked of a logger: a pino `Logger` has it, and so have most that log objects. */
export interface EventLogger {
  /** Logs what is as it should be. */
  info(fields: object, message: string): void;
  /** Logs what somebody should look at. */
  warn(fields: object, message: string): void;
}

/** Somebody may be getting in, or was let in by an admin, or the store was edited: somebody should look. */
const WARNED: ReadonlySet<MfaEventType> = new Set<MfaEventType>([
  "code_replayed",
  "locked",
  "refused",
  "guessing_noticed",
  "secret_unreadable",
  "factor_faulty",
  "enrolment_mismatch",
  "mfa_reset",
  "mfa_switched_off",
  "switch_forged",
  "admin_act_refused",
  "delivery_failed",
  "delivery_limit_reached",
]);

const encoded = (value: unknown): unknown => (typeof value === "string" ? printable(value) : value);

/**
 * A sink that logs each event as an object under `mfa`, with its type as the message: at `warn` where somebody should
 * look, else at `info`. Texts are encoded, so that a terminal or a log that is read as lines is not led astray by one.
 *
 * @example
 * ```ts
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { pinoSink } from "@nightlatch/core/audit";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 * import { pino } from "pino";
 *
 * const mfa = createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store: memoryStore() });
 * mfa.audit.follow({ name: "pino", sink: pinoSink(pino()) }).start();
 * ```
 */
export function pinoSink(logger: EventLogger): EventSink {
  return (event: MfaEvent) => {
    const mfa = Object.fromEntries(Object.entries(event).map(([name, value]) => [printable(name), encoded(value)]));
    logger[WARNED.has(event.type) ? "warn" : "info"]({ mfa }, `mfa ${printable(event.type)}`);
  };
}
