import { otpKey } from "./hmac.ts";
import { codeNumber, type HotpOptions, hotp, hotpNumber } from "./hotp.ts";

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
export function totp(secret: Uint8Array, at: number, { period = 30, ...options }: TotpOptions = {}): string {
  return hotp(secret, totpStep(at, period), options);
}

/**
 * The step whose code this is, within the window, or `undefined`. The present step is tried first.
 * Finding a step is half of a verification: the step has to be claimed, once, before the code counts
 * (RFC 6238 §5.2).
 *
 * @param at - milliseconds since 1970
 *
 * @example
 * ```ts
 * import { findTotpStep, fromBase32 } from "@nightlatch/core/otp";
 *
 * const secret = fromBase32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
 * findTotpStep(secret, "287082", 59_000); // 1
 * findTotpStep(secret, "287082", 89_999); // 1: one step late
 * findTotpStep(secret, "287082", 90_000); // undefined
 * ```
 */
export function findTotpStep(secret: Uint8Array, code: string, at: number, options: TotpWindow = {}): number | undefined {
  const { period = 30, window = 1 } = options;
  const wanted = codeNumber(code, options);
  if (wanted === undefined) return undefined;
  const key = otpKey(secret, options.algorithm);
  const present = totpStep(at, period);
  if (hotpNumber(key, present, options) === wanted) return present;
  for (let distance = 1; distance <= window; distance += 1) {
    for (const step of [present - distance, present + distance]) {
      if (step >= 0 && hotpNumber(key, step, options) === wanted) return step;
    }
  }
  return undefined;
}
