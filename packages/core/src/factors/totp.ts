import { ConfigError } from "../errors.ts";
import { findTotpStep, generateSecret, keyUri, type OtpAlgorithm, type OtpDigits, totpStep } from "../otp/index.ts";
import type { Factor } from "./factor.ts";
import { adoptCodeForm, adoptNumber, checkCodeForm, codeForm, parseDigits, within } from "./settings.ts";

/** How new authenticators are made. Enrolled ones keep the settings they were made with. */
export interface TotpFactorOptions {
  /** @defaultValue "SHA1", the only one that every authenticator app knows */
  algorithm?: OtpAlgorithm;
  /** @defaultValue 6 */
  digits?: OtpDigits;
  /** Seconds, 10 to 120; to 300 with `allowLongPeriod`. @defaultValue 30 */
  period?: number;
  /** Lets a code live longer than the two minutes of SP 800-63B §3.1.4.1. @defaultValue false */
  allowLongPeriod?: boolean;
  /**
   * Steps accepted before and after the present one, 0 to 3. Above 1 a subject can hold one authenticator
   * only, since at most 7 codes may be live at once. @defaultValue 1 (RFC 6238 §5.2)
   */
  window?: number;
}

/** Says that an app may not do as it is told. */
function warnOfApps({ algorithm, digits, period }: Required<Pick<TotpFactorOptions, "algorithm" | "digits" | "period">>): void {
  if (algorithm === "SHA1" && digits === 6 && period === 30) return;
  process.emitWarning(
    `totp makes authenticators with ${algorithm}, ${digits} digits and ${period} s. Apps may ignore these settings and show wrong codes; ` +
      "Google Authenticator documents that it has ignored algorithm and period, and digits on some devices. SHA1, 6 digits and 30 s are known to all.",
    { type: "NightlatchWarning", code: "NIGHTLATCH_TOTP_SETTINGS" },
  );
}

/**
 * Time-based codes from an authenticator app (RFC 6238). How far an authenticator's clock is off is recorded
 * with each success (`drift`), and never moves the window: an attacker can't walk it. Settings that some apps
 * ignore raise a process warning, `NIGHTLATCH_TOTP_SETTINGS`.
 *
 * @throws ConfigError when a number is out of its bounds
 *
 * @example
 * ```ts
 * import { createMfa, hotp, keyring, totp } from "@nightlatch/core";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 *
 * const factors = [totp({ window: 1 }), hotp()]; // the first is what `setup` makes unless it is told another type
 * createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store: memoryStore(), factors });
 * ```
 */
export function totp({ algorithm = "SHA1", digits = 6, period = 30, allowLongPeriod = false, window = 1 }: TotpFactorOptions = {}): Factor {
  checkCodeForm("totp", { algorithm, digits });
  if (!allowLongPeriod && period > 120 && period <= 300) {
    throw new ConfigError(
      `totp: a period of ${period} s lets a code outlive two minutes (SP 800-63B §3.1.4.1); say allowLongPeriod: true if you want that.`,
    );
  }
  const longestPeriod = allowLongPeriod ? 300 : 120;
  within(period, [10, longestPeriod], "totp: period is 10 to 120 seconds, or to 300 with allowLongPeriod");
  warnOfApps({ algorithm, digits, period });
  within(window, [0, 3], "totp: window is 0 to 3 steps, since each step more is another code to guess");
  return Object.freeze({
    type: "totp",
    amr: ["otp"],
    lane: "authenticator",
    codeless: true,
    liveCodes: 2 * window + 1,

    parse: parseDigits,

    match({ code, now, rows, open }) {
      for (const row of rows) {
        if (row.digits !== code.length) continue;
        const secret = open(row);
        if (!secret) continue;
        const step = findTotpStep(secret, code, now, { ...codeForm(row), period: row.period, window });
        if (step !== undefined) return { kind: "position", factorId: row.id, position: step, drift: step - totpStep(now, row.period) };
      }
      return undefined;
    },

    enrol({ issuer, account }) {
      const secret = generateSecret();
      return { secret, algorithm, digits, period, uri: keyUri({ issuer, account, secret, algorithm, digits, period }) };
    },

    adopt(imported) {
      const { period = 30, lastUsedStep = -1 } = imported;
      return {
        ...adoptCodeForm(imported),
        // SP 800-63B §3.1.4.1: no code outlives two minutes, unless the host says so.
        period: adoptNumber(period, [10, longestPeriod], "period in seconds (to 300 with allowLongPeriod)"),
        position: adoptNumber(lastUsedStep, [-1, Number.MAX_SAFE_INTEGER], "last step"),
      };
    },
  } satisfies Factor);
}
