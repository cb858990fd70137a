/** The code of every error that Nightlatch throws. What users cause is never thrown: it is a result. */
export type MfaErrorCode = "config_invalid" | "key_unusable" | "seal_broken" | "store_failed" | "enrolment_mismatch" | "delivery_failed";

/**
 * The base of all that Nightlatch throws: a mistake in the program or its configuration, or a
 * dependency that failed. `code` is stable across releases; `message` says what happened, why it
 * matters and how to mend it; `cause` keeps the original error.
 *
 * @example
 * ```ts
 * import { MfaError } from "@nightlatch/core";
 *
 * export const isStoreFault = (error: unknown) => error instanceof MfaError && error.code === "store_failed";
 * ```
 */
export abstract class MfaError extends Error {
  abstract readonly code: MfaErrorCode;
  /** Marks the error for `isMfaError`, whichever build of the package made it. */
  readonly isMfaError: true = true;
}

/**
 * Whether an error is one of Nightlatch's. `instanceof MfaError` says the same within one build; this also
 * holds where a process has loaded both, the ES modules and the CommonJS.
 */
export function isMfaError(error: unknown): error is MfaError {
  return typeof error === "object" && error !== null && (error as Partial<MfaError>).isMfaError === true;
}

/** An option or an argument of the host's makes no sense: at construction, or in a call with a subject or demand that is none. */
export class ConfigError extends MfaError {
  override readonly name: string = "ConfigError";
  readonly code = "config_invalid" as const;
}

/** Stops the start for an option that there is none of: a misspelt one would be ignored, and what was meant by it with it. */
export function refuseUnknown(face: string, unknown: object, known: string): void {
  const [misspelt] = Object.keys(unknown);
  if (misspelt !== undefined) throw new ConfigError(`${face}: there is no option "${misspelt}"; it takes ${known}.`);
}

/** Tells of a fault where the host hears of none: one line without the cause, since a driver's error may carry the values of a query. */
export const reportError = (error: Error): void => console.error(`${error.name}: ${error.message}`);

/** A data key in the store does not open. Thrown by `ready()`, and by any call that comes before the keys are open. */
export class KeyError extends MfaError {
  override readonly name: string = "KeyError";
  readonly code = "key_unusable" as const;
}

/** A sealed value does not open: it was edited, moved to another row, or sealed under a key that is gone. */
export class SealError extends MfaError {
  override readonly name: string = "SealError";
  readonly code = "seal_broken" as const;
}

/** The store did not answer. Whatever was being asked is denied. */
export class StoreError extends MfaError {
  override readonly name: string = "StoreError";
  readonly code = "store_failed" as const;
}

/**
 * The host knows this subject as enrolled and the store holds no factor: somebody deleted rows, or
 * the service runs on another database. Nothing is allowed that needs no authenticator, since a missing row must not switch MFA off.
 */
export class EnrolmentMismatchError extends MfaError {
  override readonly name: string = "EnrolmentMismatchError";
  readonly code = "enrolment_mismatch" as const;
}

/** The host's `deliver` failed. The code that it was given is void for whoever does not have it; another can be asked for. */
export class DeliveryError extends MfaError {
  override readonly name: string = "DeliveryError";
  readonly code = "delivery_failed" as const;
}
