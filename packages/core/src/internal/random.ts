import { randomFillSync } from "node:crypto";

/** Random bytes are asked for so many at once: for a few of them, asking costs more than what comes. */
const ASKED = 4096;

let bytes = Buffer.alloc(0);
let used = 0;

/** Fresh random bytes as text, for ids and salts; what must stay secret asks for its own. */
export function randomText(length: number, encoding: "hex" | "base64url"): string {
  if (used + length > bytes.length) {
    bytes = randomFillSync(Buffer.alloc(ASKED));
    used = 0;
  }
  used += length;
  return bytes.toString(encoding, used - length, used);
}
