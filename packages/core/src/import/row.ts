import { z } from "zod";
import type { ImportedFactor } from "../factors/factor.ts";
import type { OtpAlgorithm, OtpDigits } from "../otp/index.ts";

/** A column that may be missing or empty. */
export type Column<T> = T | null | undefined;

/** A row that can't come over. The message names the row and the field, and never quotes a value: any may be the secret. */
export const refuse = (row: string, field: string, why: string): RangeError => new RangeError(`${row}: ${field}: ${why}`);

/** A row of the expected form, or a `RangeError` that names its first wrong field. */
export function checked<T>(row: string, schema: z.ZodType<T>, value: unknown): T {
  const judged = schema.safeParse(value);
  if (judged.success) return judged.data;
  const [issue] = judged.error.issues;
  throw refuse(row, issue?.path.join(".") || "the row", issue?.message ?? "it is not of the expected form");
}

/** A column of whole numbers within their bounds; what is out of them can't be checked here. */
export const wholeNumber = (least: number, most: number, what: string): z.ZodType<Column<number>> => {
  const message = `${what} is a whole number from ${least} to ${most}`;
  return z.int(message).min(least, message).max(most, message).nullish();
};

/** The settings that all of them keep in some form. */
interface Columns {
  type: z.ZodType<Column<"totp" | "hotp">>;
  algorithm: z.ZodType<Column<OtpAlgorithm>>;
  digits: z.ZodType<Column<OtpDigits>>;
  period: z.ZodType<Column<number>>;
  counter: z.ZodType<Column<number>>;
  /** A time step. */
  step: z.ZodType<Column<number>>;
  name: z.ZodType<Column<string>>;
}

const ALGORITHMS = ["SHA1", "SHA256", "SHA512"] as const satisfies OtpAlgorithm[];

/** How each of them is read, in whichever library's row it stands. */
export const columns: Columns = {
  type: z.enum(["totp", "hotp"], `an authenticator is "totp" or "hotp"`).nullish(),
  algorithm: z
    .string()
    .transform((name) => name.toUpperCase().replace(/[-_]/g, ""))
    .pipe(z.enum(ALGORITHMS, "SHA1, SHA256 and SHA512 can be checked (RFC 6238 §1.2); its owner has to enrol anew"))
    .nullish(),
  digits: wholeNumber(6, 8, "the length of a code") as Columns["digits"],
  period: wholeNumber(10, 300, "the seconds that a code lives"),
  counter: wholeNumber(0, Number.MAX_SAFE_INTEGER, "the next counter"),
  step: wholeNumber(0, Number.MAX_SAFE_INTEGER, "the last time step that was accepted"),
  name: z.string().nullish(),
};

/** What a row said, before its defaults are filled in. */
export interface Settings {
  secret: Uint8Array;
  type: Column<"totp" | "hotp">;
  algorithm: Column<OtpAlgorithm>;
  digits: Column<OtpDigits>;
  period: Column<number>;
  counter: Column<number>;
  lastUsedStep: Column<number>;
  name: Column<string>;
}

/** The factor that a row describes. A row without a type is counter-based if it has a counter. */
export function factorOf(row: string, { secret, type, algorithm, digits, period, counter, lastUsedStep, name }: Settings): ImportedFactor {
  if (secret.length === 0) throw refuse(row, "secret", "it is empty");
  const common = { secret, algorithm: algorithm ?? "SHA1", digits: digits ?? 6, ...(name ? { name } : {}) } as const;
  if ((type ?? (typeof counter === "number" ? "hotp" : "totp")) === "totp") {
    const used = typeof lastUsedStep === "number" ? { lastUsedStep } : {};
    return { type: "totp", ...common, period: period ?? 30, ...used };
  }
  if (typeof counter !== "number")
    throw refuse(row, "counter", "a counter-based authenticator needs the next counter, as the app keeps it");
  return { type: "hotp", ...common, counter };
}
