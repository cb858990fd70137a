import { ConfigError } from "../errors.ts";
import { findTotpStep, generateSecret, keyUri, type OtpAlgorithm, type OtpDigits } from "../otp/index.ts";
import type { Factor } from "./factor.ts";

/** How new authenticators are made. Enrolled ones keep the settings they were made with. */
export interface TotpFactorOptions {
  /** @defaultValue "SHA1", the only one that every authenticator app knows */
  algorithm?: OtpAlgorithm;
  /** @defaultValue 6 */
  digits?: OtpDigits;
  /** Seconds, 10 to 120 (SP 800-63B §3.1.4.1). @defaultValue 30 */
  period?: number;
  /**
   * Steps accepted before and after the present one, 0 to 3. Above 1 a subject can hold one authenticator
   * only, since at most 7 codes may be live at once. @defaultValue 1 (RFC 6238 §5.2)
   */
  window?: number;
}

/**
 * Time-based codes from an authenticator app (RFC 6238).
 *
 * @throws ConfigError when a number is out of its bounds
 */
export function totp({ algorithm = "SHA1", digits = 6, period = 30, window = 1 }: TotpFactorOptions = {}): Factor {
  if (![6, 7, 8].includes(digits)) throw new ConfigError(`totp: digits is 6, 7 or 8 (RFC 4226 §5.3); got ${digits}.`);
  if (!["SHA1", "SHA256", "SHA512"].includes(algorithm))
    throw new ConfigError(`totp: algorithm is SHA1, SHA256 or SHA512; got ${algorithm}.`);
  if (!Number.isSafeInteger(period) || period < 10 || period > 120) {
    throw new ConfigError(`totp: period is 10 to 120 seconds, since a code should not outlive two minutes; got ${period}.`);
  }
  if (!Number.isSafeInteger(window) || window < 0 || window > 3) {
    throw new ConfigError(`totp: window is 0 to 3 steps, since each step more is another code to guess; got ${window}.`);
  }
  return Object.freeze({
    type: "totp",
    amr: ["otp"],
    lane: "authenticator",
    liveCodes: 2 * window + 1,

    parse(code) {
      const compact = code.replace(/[ -]/g, "");
      return /^[0-9]{6,8}$/.test(compact) ? compact : undefined;
    },

    match({ code, now, rows, open }) {
      for (const row of rows) {
        if (row.digits !== code.length) continue;
        const secret = open(row);
        if (!secret) continue;
        // The row's settings stand in the secret's additional data, so they are what enrolment wrote.
        const settings = { algorithm: row.algorithm as OtpAlgorithm, digits: row.digits as OtpDigits, period: row.period };
        const step = findTotpStep(secret, code, now, { ...settings, window });
        if (step !== undefined) return { kind: "position", factorId: row.id, position: step };
      }
      return undefined;
    },

    enrol({ issuer, account }) {
      const secret = generateSecret();
      return { secret, algorithm, digits, period, uri: keyUri({ issuer, account, secret, algorithm, digits, period }) };
    },
  } satisfies Factor);
}
