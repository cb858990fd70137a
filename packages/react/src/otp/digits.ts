/** ASCII for digits as keyboards and messages have them: full-width ones, Arabic-Indic and Persian. */
const ascii = (text: string): string =>
  text.normalize("NFKC").replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 15));

/**
 * The code in whatever was typed or pasted: "492 815", "Code: 492-815", "٤٩٢٨١٥". Fewer digits than a code has are all
 * of them, since somebody is typing; of more than that it is the first run that is long enough.
 *
 * @param length - how many digits a code has
 *
 * @example
 * ```ts
 * import { digitsOf } from "@nightlatch/react";
 *
 * digitsOf("Your code is 492-815. It works for 10 minutes."); // "492815"
 * ```
 */
export function digitsOf(text: string, length = 6): string {
  const plain = ascii(text);
  const digits = plain.replace(/\D/g, "");
  if (digits.length <= length) return digits;
  const run = new RegExp(`\\d{${length}}`).exec(plain) ?? new RegExp(`\\d(?:[\\s-]?\\d){${length - 1}}`).exec(plain);
  return (run?.[0].replace(/\D/g, "") ?? digits).slice(0, length);
}

/**
 * Whole seconds until the code in the app changes.
 *
 * @param now - milliseconds since 1970
 * @param period - seconds that a code stands
 */
export const periodLeft = (now: number, period = 30): number => period - (Math.floor(now / 1000) % period);

/** Seconds as a clock shows them: `0:42`, `14:32`, `1:00:05`. */
export function clockTime(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].slice(seconds < 3600 ? 1 : 0);
  return parts.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}
