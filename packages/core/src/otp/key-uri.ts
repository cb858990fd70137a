import { generateURI } from "otplib";
import { toBase32 } from "./base32.ts";
import type { OtpAlgorithm } from "./hmac.ts";
import type { OtpDigits } from "./hotp.ts";

/** What every key URI tells an authenticator app. */
export interface KeyUriBase {
  /** Who issues the codes, as the app shows it. */
  issuer: string;
  /** Whose account it is, as the app shows it. */
  account: string;
  secret: Uint8Array;
  /** @defaultValue "SHA1" */
  algorithm?: OtpAlgorithm;
  /** @defaultValue 6 */
  digits?: OtpDigits;
}

/** What a key URI for time-based codes tells. */
export interface TotpKeyUri extends KeyUriBase {
  /** @defaultValue "totp" */
  type?: "totp";
  /** Seconds. @defaultValue 30 */
  period?: number;
}

/** What a key URI for counter-based codes tells. */
export interface HotpKeyUri extends KeyUriBase {
  type: "hotp";
  /** The counter of the first code that the app will show. */
  counter: number;
}

/** What a key URI tells an authenticator app. */
export type KeyUri = TotpKeyUri | HotpKeyUri;

/**
 * Text as a label can hold it. A colon separates issuer and account there, so neither may hold one of its own;
 * half of a surrogate pair can't be written in a URI at all.
 */
const inLabel = (text: string): string => text.toWellFormed().replaceAll(":", " ").replace(/ +/g, " ").trim();

const OTPLIB_ALGORITHM = { SHA1: "sha1", SHA256: "sha256", SHA512: "sha512" } as const;

/**
 * The `otpauth://…` URI that an authenticator app scans. The issuer stands in the label and as a parameter, equal;
 * spaces are `%20`; the secret is unpadded base32; a counter is always said; what equals the default (SHA1,
 * 6 digits, 30 s) is left out.
 *
 * @throws RangeError for a counter that is none
 *
 * @example
 * ```ts
 * import { generateSecret, keyUri } from "@nightlatch/core/otp";
 *
 * keyUri({ issuer: "Example Ltd", account: "ada@example.com", secret: generateSecret() });
 * // otpauth://totp/Example%20Ltd:ada%40example.com?secret=…&issuer=Example%20Ltd
 * keyUri({ type: "hotp", issuer: "Example Ltd", account: "ada@example.com", secret: generateSecret(), counter: 0 });
 * // otpauth://hotp/Example%20Ltd:ada%40example.com?secret=…&issuer=Example%20Ltd&counter=0
 * ```
 */
export function keyUri(uri: KeyUri): string {
  const { issuer, account, secret, algorithm = "SHA1", digits = 6 } = uri;
  const common = {
    issuer: inLabel(issuer),
    label: inLabel(account),
    secret: toBase32(secret),
    algorithm: OTPLIB_ALGORITHM[algorithm],
    digits,
  };
  if (uri.type !== "hotp") return generateURI({ strategy: "totp", ...common, period: uri.period ?? 30 });
  if (!Number.isSafeInteger(uri.counter) || uri.counter < 0) {
    throw new RangeError(`A key URI for counter-based codes says the counter, a whole number from 0 to 2^53 - 1; got ${uri.counter}.`);
  }
  return generateURI({ strategy: "hotp", ...common, counter: uri.counter });
}
