import { createHash } from "node:crypto";
import { ConfigError } from "../errors.ts";

/** Beyond what a body is parsed to anywhere: whoever keys by what a user sends is not thrown at. */
const LONGEST = 1_048_576;

/** What every backend takes as it is: visible ASCII, and not the mark of a hash in front. */
const PLAIN = /^[!-}][!-~]{0,127}$/;

/**
 * A key as backends keep it: itself if it is short and plain, else its hash. Two keys never become one, a long one
 * takes no more room than a short one, and none holds what a database would choke on.
 */
export function backendKey(key: unknown): string {
  if (typeof key !== "string" || key === "" || key.length > LONGEST)
    throw new ConfigError(
      `A rate limit needs a key that says who is counted: a string of 1 to ${LONGEST} characters; got ${typeof key === "string" ? `${key.length} characters` : typeof key}. Without one, everybody would share a count.`,
    );
  if (PLAIN.test(key)) return key;
  // As UTF-16, since half a surrogate pair would become a replacement character in UTF-8, and so any other half.
  return `~${createHash("sha256").update(key, "utf16le").digest("base64url")}`;
}
