import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

/** The hash behind the HMAC (RFC 6238 §1.2). Authenticator apps agree on SHA1; many ignore the others. */
export type OtpAlgorithm = "SHA1" | "SHA256" | "SHA512";

/** The length of a code. RFC 4226 §5.3 wants at least 6. */
export type OtpDigits = 6 | 7 | 8;

/** What generating a code needs beside the secret. */
export interface HotpOptions {
  /** @defaultValue "SHA1" */
  algorithm?: OtpAlgorithm;
  /** @defaultValue 6 */
  digits?: OtpDigits;
}

/** A secret made ready for HMACs. On Node 24 an HMAC from raw bytes takes four times as long. */
export function otpKey(secret: Uint8Array): KeyObject {
  return createSecretKey(secret);
}

/**
 * The HOTP code for a counter (RFC 4226 §5.3).
 *
 * @param secret - the shared secret's bytes, or a key made of them once
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
export function hotp(secret: Uint8Array | KeyObject, counter: number, { algorithm = "SHA1", digits = 6 }: HotpOptions = {}): string {
  if (!Number.isSafeInteger(counter) || counter < 0) {
    throw new RangeError(`A HOTP counter is a whole number from 0 to 2^53 - 1; got ${counter}.`);
  }
  const movingFactor = Buffer.alloc(8);
  movingFactor.writeUInt32BE(Math.floor(counter / 2 ** 32), 0);
  movingFactor.writeUInt32BE(counter % 2 ** 32, 4);
  const key = secret instanceof Uint8Array ? otpKey(secret) : secret;
  const mac = createHmac(algorithm, key).update(movingFactor).digest();
  // RFC 4226 §5.3, dynamic truncation: the low four bits of the last byte say where to read 31 bits.
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const truncated = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(truncated % 10 ** digits).padStart(digits, "0");
}
