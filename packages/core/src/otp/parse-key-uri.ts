import { fromBase32 } from "./base32.ts";
import type { OtpAlgorithm } from "./hmac.ts";
import type { OtpDigits } from "./hotp.ts";

/** What any key URI said, with its defaults filled in. */
export interface ParsedKeyUriBase {
  /** Who issues the codes; absent when the URI doesn't say. */
  issuer?: string;
  /** Whose account it is; empty when the URI doesn't say. */
  account: string;
  secret: Uint8Array;
  algorithm: OtpAlgorithm;
  digits: OtpDigits;
}

/** What a key URI for time-based codes said. */
export interface ParsedTotpKeyUri extends ParsedKeyUriBase {
  type: "totp";
  /** Seconds. */
  period: number;
}

/** What a key URI for counter-based codes said. */
export interface ParsedHotpKeyUri extends ParsedKeyUriBase {
  type: "hotp";
  /** The counter of the next code. */
  counter: number;
}

/** What a key URI said; `type` tells the two kinds apart. */
export type ParsedKeyUri = ParsedTotpKeyUri | ParsedHotpKeyUri;

/** The longest URI that is read: what a QR picture holds, about. */
const LONGEST = 2_048;

const PARAMETERS = ["secret", "issuer", "algorithm", "digits", "period", "counter"] as const;
type Parameter = (typeof PARAMETERS)[number];
type Parameters = Partial<Record<Parameter, string>>;

/** The messages say what is wrong and never what it says: any part of a mangled URI may be the secret. */
const refuse = (what: string): RangeError => new RangeError(`The key URI can't be read: ${what}`);

function decoded(text: string, where: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse(`${where} holds a percent sign that encodes nothing. Write a percent sign itself as %25.`);
  }
}

const isParameter = (name: string): name is Parameter => (PARAMETERS as readonly string[]).includes(name);

/** The parameters that mean something; others are passed over, as apps add their own. */
function parametersOf(query: string): Parameters {
  const found: Parameters = {};
  for (const pair of query.split("&")) {
    const equals = pair.indexOf("=");
    const name = (equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    if (!isParameter(name)) continue;
    // Two secrets, or two issuers: readers would disagree on which one counts.
    if (found[name] !== undefined) throw refuse(`it says "${name}" twice. Leave one of them out.`);
    // Forms write a space as "+"; base32 has no "+" of its own.
    found[name] = equals < 0 ? "" : decoded(pair.slice(equals + 1).replaceAll("+", " "), `"${name}"`).trim();
  }
  return found;
}

/** Issuer and account. The parameter outranks the label, which may name the issuer before a colon. */
function namesOf(label: string, parameter: string | undefined): { issuer?: string; account: string } {
  if (parameter && label.startsWith(`${parameter}:`)) return { issuer: parameter, account: label.slice(parameter.length + 1).trim() };
  const colon = label.indexOf(":");
  const issuer = parameter || label.slice(0, Math.max(colon, 0)).trim();
  return { ...(issuer ? { issuer } : {}), account: label.slice(colon + 1).trim() };
}

/** Spelt in any of the ways in which apps spell it: `sha256`, `SHA-256`, `HmacSHA256`. */
function algorithmOf(text: string | undefined): OtpAlgorithm {
  const name = (text || "SHA1").toUpperCase().replace(/^HMAC/, "").replace(/[-_ ]/g, "");
  if (name !== "SHA1" && name !== "SHA256" && name !== "SHA512") {
    throw refuse(`its algorithm is none of SHA1, SHA256 and SHA512, which RFC 6238 names. Enrol the account anew.`);
  }
  return name;
}

function wholeNumber(text: string, name: Parameter, least: number, most: number, why: string): number {
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw refuse(`"${name}" is not a whole number from ${least} to ${most}, ${why}.`);
}

function secretOf(text: string | undefined): Uint8Array {
  if (!text) throw refuse(`it has no "secret". Take the URI from the app's own QR code or export.`);
  try {
    return fromBase32(text);
  } catch {
    throw refuse(`its "secret" is not base32: the letters A to Z and the digits 2 to 7, none lost on the way. Copy it once more.`);
  }
}

/**
 * Reads an `otpauth://` URI, as apps really write them: any case of type and algorithm, padding, spaces and
 * hyphens in the secret, `+` or `%20`, a label with or without the issuer, defaults left out (SHA1, 6 digits, 30 s).
 * Unknown parameters are passed over. What decides which codes are made is taken strictly: the type, one secret
 * in base32, 6 to 8 digits (RFC 4226 §5.3), a period of 10 to 300 seconds, a counter where the type is `hotp`.
 *
 * @throws RangeError for anything else; the message says what and how to mend it, and holds nothing of the URI
 *
 * @example
 * ```ts
 * import { parseKeyUri } from "@nightlatch/core/otp";
 *
 * const { issuer, account } = parseKeyUri("otpauth://totp/Example:ada?secret=JBSW Y3DP EHPK 3PXP");
 * // issuer "Example", account "ada", six digits of SHA1 every 30 seconds
 * ```
 */
export function parseKeyUri(uri: string): ParsedKeyUri {
  if (typeof uri !== "string" || uri.length > LONGEST) throw refuse(`it is not a text of at most ${LONGEST} characters.`);
  const parts = /^otpauth:\/\/(totp|hotp)(?:\/([^?]*))?(?:\?(.*))?$/is.exec(uri.trim());
  if (!parts) throw refuse(`it doesn't begin with otpauth://totp/ or otpauth://hotp/, the only kinds that are known.`);
  const [, type = "", label = "", query = ""] = parts;
  const parameters = parametersOf(query);
  const digits = wholeNumber(parameters.digits || "6", "digits", 6, 8, "the lengths of code that RFC 4226 §5.3 allows");
  const common = {
    ...namesOf(decoded(label, "the label"), parameters.issuer),
    secret: secretOf(parameters.secret),
    algorithm: algorithmOf(parameters.algorithm),
    digits: digits as OtpDigits,
  };
  if (type.toLowerCase() === "totp") {
    const period = wholeNumber(parameters.period || "30", "period", 10, 300, "seconds that a code may live");
    return { type: "totp", ...common, period };
  }
  if (!parameters.counter)
    throw refuse(`it has no "counter", without which nobody knows which code is next. Add the app's present counter.`);
  const counter = wholeNumber(parameters.counter, "counter", 0, Number.MAX_SAFE_INTEGER, "the number of the next code");
  return { type: "hotp", ...common, counter };
}
