import { ScureBase32Plugin } from "otplib";

const base32 = new ScureBase32Plugin();

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Lengths, modulo 8, at which no base32 text of whole bytes ends (RFC 4648 §6). */
const NO_END: readonly number[] = [1, 3, 6];

/** A longer text is no secret: HMAC hashes keys of more than a block down to its size (RFC 2104 §2). */
const LONGEST_TEXT = 4_096;

/** Base32 (RFC 4648 §6), upper case and unpadded, as key URIs want it. */
export function toBase32(bytes: Uint8Array): string {
  return base32.encode(bytes, { padding: false });
}

/**
 * The bytes of a base32 text. Case, spaces, hyphens and padding do not matter, since people type secrets. Bits
 * left over behind the last whole byte are dropped, as authenticator apps drop them: hand-made secrets have some.
 *
 * @throws RangeError for anything else that is not base32
 */
export function fromBase32(text: string): Uint8Array {
  if (text.length > LONGEST_TEXT) throw new RangeError(`A base32 secret has at most ${LONGEST_TEXT} characters.`);
  const compact = text
    .replace(/[ -]/g, "")
    .replace(/={1,6}$/, "")
    .toUpperCase();
  if (!/^[A-Z2-7]+$/.test(compact)) {
    throw new RangeError("A base32 secret holds the letters A to Z and the digits 2 to 7 only.");
  }
  if (NO_END.includes(compact.length % 8)) {
    throw new RangeError(`A base32 secret of ${compact.length} symbols lacks one, or has one too many. Copy it once more.`);
  }
  const bytes = new Uint8Array(Math.floor((compact.length * 5) / 8));
  let pending = 0;
  let bits = 0;
  let filled = 0;
  for (const symbol of compact) {
    pending = ((pending << 5) | ALPHABET.indexOf(symbol)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[filled] = pending >> bits;
      filled += 1;
    }
  }
  return bytes;
}
