/** A span of time: seconds as a number, or a number with its unit (`"90s"`, `"5m"`, `"24h"`, `"7d"`). */
export type Duration = number | `${number}${"s" | "m" | "h" | "d"}`;

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Whole seconds from one time to another, in milliseconds: enough that it is over, and 1 at least. */
export const secondsUntil = (until: number, now: number): number => Math.max(1, Math.ceil((until - now) / 1000));

/** Whole seconds of a duration; `undefined` for what is none (negative, fractional, unknown unit). */
export function toSeconds(duration: unknown): number | undefined {
  if (typeof duration === "number") {
    return Number.isSafeInteger(duration) && duration >= 0 ? duration : undefined;
  }
  if (typeof duration !== "string") return undefined;
  const parts = /^(\d{1,9})([smhd])$/.exec(duration);
  if (!parts) return undefined;
  return Number(parts[1]) * SECONDS[parts[2] as keyof typeof SECONDS];
}
