/** Symbols in a recovery code: Crockford's base32, without the letters that are mistaken for digits. */
const LENGTH = 16;

const fours = (text: string): string[] => text.match(/.{1,4}/g) ?? [];

/**
 * A recovery code as it is written, from whatever was typed or pasted: capitals, in groups of four; O is read as 0, I and
 * L as 1. What is no symbol of it is left out.
 *
 * @example
 * ```ts
 * import { groupRecoveryCode } from "@nightlatch/react";
 *
 * groupRecoveryCode("7k3m q9tx2rwb h5nc"); // "7K3M-Q9TX-2RWB-H5NC"
 * ```
 */
export function groupRecoveryCode(text: string): string {
  const capitals = text.normalize("NFKC").toUpperCase();
  // Out of a line such as "Code 3: 7K3M-Q9TX-2RWB-H5NC", or a whole list, it is the code.
  const [whole = capitals] = /\b\w{4}(?:-\w{4}){3}\b/.exec(capitals) ?? [];
  const symbols = whole
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1")
    .replace(/[^0-9A-HJKMNP-TV-Z]/g, "");
  return fours(symbols.slice(0, LENGTH)).join("-");
}

/** Whether a grouped recovery code has all of its symbols. */
export const isWholeRecoveryCode = (grouped: string): boolean => grouped.replace(/-/g, "").length === LENGTH;

/** A key in groups of four, for typing it into an app. */
export const keyGroups = (secret: string): string[] => fours(secret.replace(/[\s=]/g, "").toUpperCase());
