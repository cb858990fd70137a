import type { KeyObject } from "node:crypto";
import { equal } from "../internal/equal.ts";
import { type HotpOptions, hotp, otpKey } from "./hotp.ts";

/** What generating a time-based code needs beside the secret. */
export interface TotpOptions extends HotpOptions {
  /** Seconds that a code lives. @defaultValue 30 */
  period?: number;
}

/** What looking for a code's time step needs. */
export interface TotpWindow extends TotpOptions {
  /** Steps accepted before and after the present one. @defaultValue 1 (RFC 6238 §5.2) */
  window?: number;
}

/**
 * The time step at an instant (RFC 6238 §4.2): whole periods since 1970. Exact far beyond 2038,
 * since nothing here is a 32-bit number.
 *
 * @param at - milliseconds since 1970
 * @param period - seconds
 */
export function totpStep(at: number, period = 30): number {
  return Math.floor(at / 1000 / period);
}

/**
 * The TOTP code at an instant (RFC 6238 §4).
 *
 * @param at - milliseconds since 1970
 *
 * @example
 * ```ts
 * import { fromBase32, totp } from "@nightlatch/core/otp";
 *
 * totp(fromBase32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), 59_000, { digits: 8 }); // "94287082", RFC 6238 appendix B
 * ```
 */
export function totp(secret: Uint8Array | KeyObject, at: number, { period = 30, ...options }: TotpOptions = {}): string {
  return hotp(secret, totpStep(at, period), options);
}

/**
 * The step whose code this is, within the window, or `undefined`. The present step is tried first.
 * Finding a step is half of a verification: the step has to be claimed, once, before the code counts
 * (RFC 6238 §5.2).
 *
 * @param at - milliseconds since 1970
 */
export function findTotpStep(
  secret: Uint8Array | KeyObject,
  code: string,
  at: number,
  { period = 30, window = 1, ...options }: TotpWindow = {},
): number | undefined {
  const key = secret instanceof Uint8Array ? otpKey(secret) : secret;
  const present = totpStep(at, period);
  if (equal(hotp(key, present, options), code)) return present;
  for (let distance = 1; distance <= window; distance += 1) {
    for (const step of [present - distance, present + distance]) {
      if (step >= 0 && equal(hotp(key, step, options), code)) return step;
    }
  }
  return undefined;
}
