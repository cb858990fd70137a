import { counterHmac, type OtpAlgorithm, type OtpKey, otpKey } from "./hmac.ts";

/** The length of a code. RFC 4226 §5.3 wants at least 6. */
export type OtpDigits = 6 | 7 | 8;

/** What generating a code needs beside the secret. */
export interface HotpOptions {
  /** @defaultValue "SHA1" */
  algorithm?: OtpAlgorithm;
  /** @defaultValue 6 */
  digits?: OtpDigits;
}

/** The HOTP code for a counter, as a number. */
export function hotpNumber(key: OtpKey, counter: number, { digits = 6 }: HotpOptions): number {
  if (!Number.isSafeInteger(counter) || counter < 0) {
    throw new RangeError(`A HOTP counter is a whole number from 0 to 2^53 - 1; got ${counter}.`);
  }
  const mac = counterHmac(key, counter);
  // RFC 4226 §5.3, dynamic truncation: the low four bits of the last byte say where to read 31 bits.
  const offset = mac.charCodeAt(mac.length - 1) & 0x0f;
  const truncated =
    ((mac.charCodeAt(offset) & 0x7f) << 24) |
    (mac.charCodeAt(offset + 1) << 16) |
    (mac.charCodeAt(offset + 2) << 8) |
    mac.charCodeAt(offset + 3);
  return truncated % 10 ** digits;
}

/**
 * A submitted code as the number to compare, or `undefined` when it isn't so many digits. Numbers are compared
 * whole, in one step, so the time that takes tells nothing of how many digits were right.
 */
export function codeNumber(code: string, { digits = 6 }: HotpOptions): number | undefined {
  return code.length === digits && /^[0-9]+$/.test(code) ? Number(code) : undefined;
}

/**
 * The HOTP code for a counter (RFC 4226 §5.3).
 *
 * @param secret - the shared secret's bytes
 * @param counter - the moving factor, 0 to 2^53 - 1
 * @returns the code as a string, with its leading zeros
 * @throws RangeError for a counter that is none
 *
 * @example
 * ```ts
 * import { hotp } from "@nightlatch/core/otp";
 *
 * hotp(new TextEncoder().encode("12345678901234567890"), 0); // "755224", RFC 4226 appendix D
 * ```
 */
export function hotp(secret: Uint8Array, counter: number, options: HotpOptions = {}): string {
  return String(hotpNumber(otpKey(secret, options.algorithm), counter, options)).padStart(options.digits ?? 6, "0");
}

/**
 * The counter whose code this is, from `from` to `from + lookAhead`, both included, or `undefined` (RFC 4226 §7.4).
 * As with a time step, the counter has to be claimed before the code counts; the next one to look from is one more.
 *
 * @param from - the next counter that is expected
 * @param lookAhead - codes that may have been made and not used before this one
 * @throws RangeError for a counter that is none
 *
 * @example
 * ```ts
 * import { findHotpCounter } from "@nightlatch/core/otp";
 *
 * const secret = new TextEncoder().encode("12345678901234567890");
 * findHotpCounter(secret, "969429", 0, 5); // 3
 * findHotpCounter(secret, "969429", 4, 5); // undefined: never backwards
 * ```
 */
export function findHotpCounter(
  secret: Uint8Array,
  code: string,
  from: number,
  lookAhead: number,
  options: HotpOptions = {},
): number | undefined {
  const wanted = codeNumber(code, options);
  if (wanted === undefined) return undefined;
  const key = otpKey(secret, options.algorithm);
  for (let ahead = 0; ahead <= lookAhead; ahead += 1) {
    if (hotpNumber(key, from + ahead, options) === wanted) return from + ahead;
  }
  return undefined;
}

/**
 * Brings a counter back in step (RFC 4226 §7.4): of two codes made one after the other, the counter of the second,
 * or `undefined`. The first is looked for from `from` to `from + window`, both included, and the second right
 * behind it. Two codes have to match, so a wide window is no easier to guess than one code is.
 *
 * @param from - the next counter that is expected
 * @throws RangeError for a counter that is none
 *
 * @example
 * ```ts
 * import { findHotpPair } from "@nightlatch/core/otp";
 *
 * const secret = new TextEncoder().encode("12345678901234567890");
 * findHotpPair(secret, "399871", "520489", 0, 100); // 9
 * ```
 */
export function findHotpPair(
  secret: Uint8Array,
  first: string,
  second: string,
  from: number,
  window: number,
  options: HotpOptions = {},
): number | undefined {
  const wanted = codeNumber(first, options);
  const next = codeNumber(second, options);
  if (wanted === undefined || next === undefined) return undefined;
  const key = otpKey(secret, options.algorithm);
  let made = hotpNumber(key, from, options);
  for (let ahead = 0; ahead <= window; ahead += 1) {
    const following = hotpNumber(key, from + ahead + 1, options);
    if (made === wanted && following === next) return from + ahead + 1;
    made = following;
  }
  return undefined;
}
