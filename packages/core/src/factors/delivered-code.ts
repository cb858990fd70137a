import { randomInt } from "node:crypto";
import { ConfigError } from "../errors.ts";
import { type Duration, toSeconds } from "../internal/duration.ts";
import type { Amr, Deliver, Factor, Method } from "./factor.ts";
import { within } from "./settings.ts";

/** How codes are delivered. */
export interface DeliveredCodeOptions {
  /** 6 to 8. @defaultValue 6 */
  digits?: number;
  /** How long a code is good for, 30 s to 10 min, and never longer than its challenge (SP 800-63B §3.1.3.2). @defaultValue "5m" */
  lifetime?: Duration;
  /** The least time between two codes to one subject, 10 s to 10 min. @defaultValue "30s" */
  every?: Duration;
  /** Codes that one subject is sent in a day (UTC) at most, 1 to 100. @defaultValue 20 */
  daily?: number;
}

function seconds(type: Method, name: string, duration: Duration, [least, most]: readonly [number, number]): number {
  const value = toSeconds(duration);
  if (value !== undefined && value >= least && value <= most) return value;
  throw new ConfigError(`${type}: ${name} is a duration of ${least} to ${most} seconds; got ${JSON.stringify(duration)}.`);
}

function deliveredCode(
  type: Method,
  amr: Amr,
  deliver: Deliver,
  { digits = 6, lifetime = "5m", every = "30s", daily = 20 }: DeliveredCodeOptions,
): Factor {
  if (typeof deliver !== "function") throw new ConfigError(`${type}: give it the function that sends a code: ${type}(deliver).`);
  within(digits, [6, 8], `${type}: digits is 6, 7 or 8`);
  within(daily, [1, 100], `${type}: daily is 1 to 100 codes`);
  const form = new RegExp(`^[0-9]{${digits}}$`);
  return Object.freeze({
    type,
    amr: [amr],
    lane: "authenticator",
    liveCodes: 1,
    weaker: true,

    parse(code) {
      const compact = code.replace(/[ -]/g, "");
      return form.test(compact) ? compact : undefined;
    },

    match({ code, codes, challenge, codeHash }) {
      // Bound to the request that issued it (SP 800-63B §3.1.3): without that challenge it is no code.
      const hash = challenge === undefined ? undefined : codeHash(code, challenge);
      return hash !== undefined && codes.includes(hash) ? { kind: "code", hash } : undefined;
    },

    delivery: Object.freeze({
      lifetime: seconds(type, "lifetime", lifetime, [30, 600]),
      every: seconds(type, "every", every, [10, 600]),
      daily,
      newCode: () => String(randomInt(10 ** digits)).padStart(digits, "0"),
      deliver,
    }),
  } satisfies Factor);
}

/**
 * Codes by e-mail, sent by the host's own `deliver`. Weaker than an authenticator: whoever reads the mailbox
 * has the code, and where e-mail also resets the password it is the same factor twice. So it is off until
 * listed in `factors`, never proves a change of factors, and does not serve a sign-in that began with e-mail
 * (`amr: ["email"]`). Each code is good once, for the challenge it was asked with, and dies with the next one.
 *
 * @throws ConfigError when a number is out of its bounds
 *
 * @example
 * ```ts
 * import { createMfa, email, keyring, totp } from "@nightlatch/core";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 *
 * const byEmail = email(async ({ subject, code, purpose }) => {
 *   const address = "ada@example.com"; // of subject.id, from your own users
 *   console.log(`To ${address}: ${code}${purpose ? ` approves ${purpose}` : ""}`, subject.id);
 *   return { to: "a•••@example.com" };
 * });
 * createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store: memoryStore(), factors: [totp(), byEmail] });
 * ```
 */
export function email(deliver: Deliver, options: DeliveredCodeOptions = {}): Factor {
  return deliveredCode("email", "email", deliver, options);
}

/**
 * Codes by text message, as `email` does by e-mail. SP 800-63B §3.1.3.3 restricts them: numbers are ported
 * and SIM cards swapped. Same limits and rules.
 *
 * @throws ConfigError when a number is out of its bounds
 */
export function sms(deliver: Deliver, options: DeliveredCodeOptions = {}): Factor {
  return deliveredCode("sms", "sms", deliver, options);
}
