import { generateURI } from "otplib";
import { toBase32 } from "./base32.ts";
import type { OtpAlgorithm, OtpDigits } from "./hotp.ts";

/** What a key URI tells an authenticator app. */
export interface KeyUri {
  /** Who issues the codes, as the app shows it. */
  issuer: string;
  /** Whose account it is, as the app shows it. */
  account: string;
  secret: Uint8Array;
  /** @defaultValue "SHA1" */
  algorithm?: OtpAlgorithm;
  /** @defaultValue 6 */
  digits?: OtpDigits;
  /** Seconds. @defaultValue 30 */
  period?: number;
}

/** A colon separates issuer and account in the label, so neither may hold one of its own. */
const withoutColon = (text: string): string => text.replaceAll(":", " ").replace(/ +/g, " ").trim();

const OTPLIB_ALGORITHM = { SHA1: "sha1", SHA256: "sha256", SHA512: "sha512" } as const;

/**
 * The `otpauth://totp/…` URI that an authenticator app scans. The issuer stands in the label and as a
 * parameter, equal; spaces are `%20`; the secret is unpadded base32; what equals the default
 * (SHA1, 6 digits, 30 s) is left out.
 *
 * @example
 * ```ts
 * import { generateSecret, keyUri } from "@nightlatch/core/otp";
 *
 * keyUri({ issuer: "Example Ltd", account: "ada@example.com", secret: generateSecret() });
 * // otpauth://totp/Example%20Ltd:ada%40example.com?secret=…&issuer=Example%20Ltd
 * ```
 */
export function keyUri({ issuer, account, secret, algorithm = "SHA1", digits = 6, period = 30 }: KeyUri): string {
  return generateURI({
    strategy: "totp",
    issuer: withoutColon(issuer),
    label: withoutColon(account),
    secret: toBase32(secret),
    algorithm: OTPLIB_ALGORITHM[algorithm],
    digits,
    period,
  });
}
