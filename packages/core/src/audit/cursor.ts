import { ConfigError } from "../errors.ts";
import { fromBase64Url } from "../internal/bytes.ts";

/** A cursor: opaque to those who keep it, and fit for a URL. */
export const cursorOf = (kind: string, ...parts: readonly (string | number)[]): string =>
  Buffer.from([kind, ...parts].join(" ")).toString("base64url");

/** What a cursor of that kind says. */
export function readCursor(kind: string, cursor: string): string[] {
  const [found, ...parts] = typeof cursor === "string" ? (fromBase64Url(cursor)?.toString().split(" ") ?? []) : [];
  if (found !== kind || parts.length === 0)
    throw new ConfigError("`after` is the cursor of an earlier page of the same read, as it was given.");
  return parts;
}

/** A page's length. */
export const lengthOf = (limit: number): number => (Number.isSafeInteger(limit) ? Math.min(Math.max(1, limit), 1000) : 100);
