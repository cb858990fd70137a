import { createHash } from "node:crypto";
import { z } from "zod";
import type { ImportedFactor } from "../factors/factor.ts";
import { type Column, checked, columns, factorOf, refuse } from "./row.ts";
import { openXChaCha20 } from "./xchacha20.ts";

/** A row of the table `twoFactor` of better-auth 1.x. */
export interface BetterAuthRow {
  /** Named in messages, so that a row is found again. */
  id?: Column<string | number>;
  /** Encrypted by better-auth. */
  secret: string;
  /** `false` (or 0) while the owner has not given a first code; such a row is refused. */
  verified?: Column<boolean | number>;
}

/** The keys of better-auth, and the settings of its plugin `twoFactor`. */
export interface BetterAuthOptions {
  /** `BETTER_AUTH_SECRET`. */
  secret?: string;
  /** `BETTER_AUTH_SECRETS`, by version: better-auth names in each row the version that sealed it. */
  secrets?: readonly { version: number; value: string }[];
  /** As in `totpOptions`. @defaultValue 6 */
  digits?: number;
  /** Seconds, as in `totpOptions`. @defaultValue 30 */
  period?: number;
}

const rowSchema = z.object({
  id: z.union([z.string(), z.number()]).nullish(),
  secret: z.string(),
  verified: z.union([z.boolean(), z.literal([0, 1])]).nullish(),
});

const optionsSchema = z.object({
  secret: z.string().min(1).optional(),
  secrets: z.array(z.object({ version: z.int().min(0), value: z.string().min(1) })).optional(),
  digits: columns.digits,
  period: columns.period,
});

/** The secret that sealed a row, and the row's ciphertext in hex: `$ba$<version>$<hex>`, or the hex alone. */
function sealedBy(row: string, text: string, { secret, secrets = [] }: z.infer<typeof optionsSchema>): { secret: string; hex: string } {
  const [, version, enclosed] = /^\$ba\$([0-9]{1,9})\$(.*)$/s.exec(text) ?? [];
  const value = version === undefined ? secret : secrets.find((each) => each.version === Number(version))?.value;
  if (value !== undefined) return { secret: value, hex: enclosed ?? text };
  if (version === undefined) throw refuse(row, "secret", "it was sealed with BETTER_AUTH_SECRET; give that as the option secret");
  throw refuse(row, "secret", `it was sealed with version ${version} of BETTER_AUTH_SECRETS; give that among the option secrets`);
}

/**
 * An authenticator out of the table `twoFactor` of better-auth 1.x. It needs the row and the secret that better-auth
 * was run with, not better-auth itself. Backup codes stay behind: draw recovery codes for the user.
 *
 * @throws RangeError when the row can't come over; the message names the row and the field, and never quotes a value
 *
 * @example
 * ```ts
 * import { type BetterAuthRow, fromBetterAuth } from "@nightlatch/core/import";
 *
 * declare const rows: (BetterAuthRow & { userId: string })[]; // select * from "twoFactor"
 * for (const row of rows) {
 *   const factor = fromBetterAuth(row, { secret: process.env.BETTER_AUTH_SECRET ?? "" });
 * }
 * ```
 */
export function fromBetterAuth(row: BetterAuthRow, options: BetterAuthOptions): ImportedFactor {
  const { id, secret: text, verified } = checked("the better-auth row", rowSchema, row);
  const what = id === null || id === undefined ? "the better-auth row" : `the better-auth row ${id}`;
  const given = checked("the options of fromBetterAuth", optionsSchema, options);
  // Taken over, it would lock its owner out, who perhaps never scanned it.
  if (verified === false || verified === 0)
    throw refuse(what, "verified", "its owner never gave a code of it, so there is nothing to take over");
  const { secret, hex } = sealedBy(what, text, given);
  const opened = openXChaCha20(createHash("sha256").update(secret).digest(), Buffer.from(hex, "hex"));
  if (!opened) throw refuse(what, "secret", "it doesn't open: better-auth was run with another secret, or the row was changed");
  return factorOf(what, {
    // Not base32: better-auth takes the text's own bytes for the key, and writes them in base32 only for the app.
    secret: new Uint8Array(opened),
    type: "totp",
    algorithm: "SHA1",
    digits: given.digits,
    period: given.period,
    counter: undefined,
    lastUsedStep: undefined,
    name: undefined,
  });
}
