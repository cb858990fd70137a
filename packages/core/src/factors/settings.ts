import { ConfigError } from "../errors.ts";
import type { OtpAlgorithm, OtpDigits } from "../otp/index.ts";
import type { FactorRow } from "../stores/store.ts";
import type { ImportedFactor } from "./factor.ts";

const ALGORITHMS: readonly string[] = ["SHA1", "SHA256", "SHA512"] satisfies OtpAlgorithm[];

const isWhole = (value: number, least: number, most: number): boolean => Number.isSafeInteger(value) && value >= least && value <= most;

/** A number of a factor's options within its bounds. */
export function within(value: number, [least, most]: readonly [number, number], what: string): void {
  if (!isWhole(value, least, most)) throw new ConfigError(`${what}; got ${value}.`);
}

/** Checks what new authenticators are made with. */
export function checkCodeForm(type: string, { algorithm, digits }: { algorithm: string; digits: number }): void {
  within(digits, [6, 8], `${type}: digits is 6, 7 or 8 (RFC 4226 §5.3)`);
  if (!ALGORITHMS.includes(algorithm)) throw new ConfigError(`${type}: algorithm is SHA1, SHA256 or SHA512; got ${algorithm}.`);
}

/** A row's settings. They stand in the secret's additional data, so they are what enrolment wrote. */
export const codeForm = ({ algorithm, digits }: FactorRow): { algorithm: OtpAlgorithm; digits: OtpDigits } => ({
  algorithm: algorithm as OtpAlgorithm,
  digits: digits as OtpDigits,
});

/** Six to eight digits, apart from the spaces and hyphens that people and apps put between them. */
export function parseDigits(code: string): string | undefined {
  const compact = code.replace(/[ -]/g, "");
  return /^[0-9]{6,8}$/.test(compact) ? compact : undefined;
}

/** The settings of an authenticator that comes from elsewhere, within what can be checked here. */
export function adoptCodeForm({ algorithm, digits, secret }: ImportedFactor): {
  secret: Uint8Array;
  algorithm: OtpAlgorithm;
  digits: number;
} {
  if (!isWhole(digits, 6, 8)) throw new RangeError(`It has ${digits} digits; 6 to 8 can be checked (RFC 4226 §5.3).`);
  if (!ALGORITHMS.includes(algorithm)) throw new RangeError(`Its algorithm is ${algorithm}; SHA1, SHA256 and SHA512 can be checked.`);
  return { secret, algorithm, digits };
}

/** A whole number of an authenticator that comes from elsewhere. */
export function adoptNumber(value: number | undefined, [least, most]: readonly [number, number], what: string): number {
  if (value === undefined || !isWhole(value, least, most))
    throw new RangeError(`Its ${what} is ${value}; ${least} to ${most} can be checked.`);
  return value;
}
