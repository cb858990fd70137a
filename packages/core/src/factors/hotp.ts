import { findHotpCounter, findHotpPair, generateSecret, keyUri, type OtpAlgorithm, type OtpDigits } from "../otp/index.ts";
import type { Factor } from "./factor.ts";
import { adoptCodeForm, adoptNumber, checkCodeForm, codeForm, parseDigits, within } from "./settings.ts";

/** How new authenticators are made, and how far an enrolled one may have run ahead. */
export interface HotpFactorOptions {
  /** @defaultValue "SHA1" */
  algorithm?: OtpAlgorithm;
  /** @defaultValue 6 */
  digits?: OtpDigits;
  /** Codes that may have been made and not used before the one that comes, 0 to 6 (RFC 4226 §7.4). @defaultValue 5 */
  lookAhead?: number;
  /** Codes among which two in a row are looked for to resynchronise, 1 to 1000. @defaultValue 100 */
  resyncWindow?: number;
}

/** The furthest counter that is taken over. From the last ones of all there would be nothing to look ahead to. */
const LAST_COUNTER = Number.MAX_SAFE_INTEGER - 2_000;

/**
 * Counter-based codes from a token (RFC 4226). A code counts only for the authenticator that the answer
 * names (`factorId`), so that its look-ahead does not add to the codes that are live otherwise. A success
 * moves the counter behind the code, a failure never does. A token that ran further ahead than `lookAhead`
 * is brought back with two codes in a row: `mfa.factors.resync`.
 *
 * @throws ConfigError when a number is out of its bounds
 *
 * @example
 * ```ts
 * import { createMfa, hotp, keyring, totp } from "@nightlatch/core";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 *
 * createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store: memoryStore(), factors: [totp(), hotp()] });
 * ```
 */
export function hotp({ algorithm = "SHA1", digits = 6, lookAhead = 5, resyncWindow = 100 }: HotpFactorOptions = {}): Factor {
  checkCodeForm("hotp", { algorithm, digits });
  within(lookAhead, [0, 6], "hotp: lookAhead is 0 to 6 codes, since each is another code to guess");
  within(resyncWindow, [1, 1000], "hotp: resyncWindow is 1 to 1000 codes");
  return Object.freeze({
    type: "hotp",
    amr: ["otp"],
    lane: "authenticator",
    codeless: true,
    liveCodes: lookAhead + 1,
    named: true,

    parse: parseDigits,

    match({ code, rows, open }) {
      for (const row of rows) {
        const secret = row.digits === code.length ? open(row) : undefined;
        // RFC 4226 §7.4: never at or before the last one that was accepted.
        const counter = secret && findHotpCounter(secret, code, row.position + 1, lookAhead, codeForm(row));
        if (counter !== undefined) return { kind: "position", factorId: row.id, position: counter };
      }
      return undefined;
    },

    resync({ code, next, rows, open }) {
      for (const row of rows) {
        const secret = row.digits === code.length && row.digits === next.length ? open(row) : undefined;
        const counter = secret && findHotpPair(secret, code, next, row.position + 1, resyncWindow, codeForm(row));
        if (counter !== undefined) return { kind: "position", factorId: row.id, position: counter };
      }
      return undefined;
    },

    enrol({ issuer, account }) {
      const secret = generateSecret();
      return {
        secret,
        algorithm,
        digits,
        period: 0,
        uri: keyUri({ type: "hotp", issuer, account, secret, algorithm, digits, counter: 0 }),
      };
    },

    adopt(imported) {
      const counter = adoptNumber(imported.counter, [0, LAST_COUNTER], "counter");
      return { ...adoptCodeForm(imported), period: 0, position: counter - 1 };
    },
  } satisfies Factor);
}
