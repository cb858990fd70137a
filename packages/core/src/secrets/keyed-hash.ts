import { createHmac, type KeyObject } from "node:crypto";
import { lengthPrefixed } from "../internal/bytes.ts";

/** HMAC-SHA-256 over length-prefixed parts, as base64url: a hash that nobody can compute without the key. */
export function keyedHash(key: KeyObject, parts: readonly string[]): string {
  return createHmac("sha256", key).update(lengthPrefixed(parts)).digest("base64url");
}
