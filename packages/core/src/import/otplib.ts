import { z } from "zod";
import type { ImportedFactor } from "../factors/factor.ts";
import type { OtpAlgorithm } from "../otp/index.ts";
import { type Column, checked, columns, factorOf, refuse } from "./row.ts";
import { type SecretEncoding, sameBytes, secretBytes } from "./written-secret.ts";

/** A secret as an app keeps it that uses otplib, and the options that it gives otplib along with it. */
export interface OtplibRow {
  /** As it is stored, decrypted if the app encrypts it. */
  secret: string | Uint8Array;
  /** How `secret` is written. `authenticator` of otplib 12 and all of otplib 13 read base32. @defaultValue "base32" */
  encoding?: Column<SecretEncoding>;
  /** @defaultValue "hotp" if there is a `counter`, else "totp" */
  type?: Column<"totp" | "hotp">;
  /** In any case: `sha1`, `SHA256`. @defaultValue "sha1" */
  algorithm?: Column<string>;
  /** @defaultValue 6 */
  digits?: Column<number>;
  /** Seconds, as otplib 12 calls them. @defaultValue 30 */
  step?: Column<number>;
  /** Seconds, as otplib 13 calls them. @defaultValue 30 */
  period?: Column<number>;
  /** Where otplib 13 counts from; only 0 can come over. @defaultValue 0 */
  t0?: Column<number>;
  /** The next counter, of counter-based ones. */
  counter?: Column<number>;
  /** The last time step that was accepted, if the app keeps it. */
  lastUsedStep?: Column<number>;
  /** What the owner calls it. */
  name?: Column<string>;
  /** Which otplib checks its codes. It matters for short secrets alone: otplib 12 lengthens those of time-based codes. */
  version?: Column<12 | 13>;
}

const schema = z.object({
  secret: z.union([z.string(), z.instanceof(Uint8Array)], "a secret is text or bytes"),
  encoding: z.enum(["base32", "hex", "ascii", "utf8", "latin1", "base64"]).nullish(),
  ...columns,
  step: columns.period,
  t0: z.literal(0, "steps can be counted from 1970 alone (RFC 6238 §4.2); its owner has to enrol anew").nullish(),
  lastUsedStep: columns.step,
  version: z.union([z.literal(12), z.literal(13)], "12 or 13 is known").nullish(),
});

/** What otplib 12 lengthens a key of time-based codes to: the size of the hash. */
const KEY_LENGTH: Readonly<Record<OtpAlgorithm, number>> = { SHA1: 20, SHA256: 32, SHA512: 64 };

/** The key that otplib 12 makes of a secret: it counts the characters that it was given, and repeats the bytes. */
function lengthened(bytes: Uint8Array, characters: number, algorithm: OtpAlgorithm): Uint8Array {
  const least = KEY_LENGTH[algorithm];
  if (characters >= least) return bytes;
  const repeated = Array.from({ length: least - characters }, () => bytes);
  return new Uint8Array(Buffer.concat(repeated).subarray(0, least));
}

/**
 * An authenticator out of an app that uses otplib, version 12 or 13: `authenticator` (base32), `totp` or `hotp` with
 * any of its encodings, or the functions of otplib 13.
 *
 * @throws RangeError when the row can't come over; the message names the field and never quotes a value
 *
 * @example
 * ```ts
 * import { fromOtplib } from "@nightlatch/core/import";
 *
 * // An app that keeps what `authenticator.generateSecret()` of otplib 12 gave it:
 * const factor = fromOtplib({ secret: "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLD", version: 12 });
 * ```
 */
export function fromOtplib(row: OtplibRow): ImportedFactor {
  const what = "the otplib row";
  const read = checked(what, schema, row);
  const { secret, encoding, step, period, version, ...settings } = read;
  if (typeof step === "number" && typeof period === "number" && step !== period)
    throw refuse(what, "step", "it differs from period, which is the same thing");
  const written = typeof secret === "string";
  const bytes = written ? secretBytes(what, "secret", secret, encoding ?? "base32") : Uint8Array.from(secret);
  const factor = factorOf(what, { ...settings, secret: bytes, period: period ?? step });
  if (factor.type === "hotp" || version === 13 || !written) return factor;
  // In `authenticator` the characters are those of the secret in hex, two for each byte.
  const characters = (encoding ?? "base32") === "base32" ? 2 * bytes.length : secret.length;
  const key = lengthened(bytes, characters, factor.algorithm);
  if (version !== 12 && !sameBytes(key, bytes)) {
    throw refuse(what, "version", "otplib 12 lengthens so short a secret and otplib 13 doesn't; say which of them checks its codes");
  }
  return { ...factor, secret: key };
}
