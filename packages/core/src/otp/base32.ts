import { ScureBase32Plugin } from "otplib";

const base32 = new ScureBase32Plugin();

/** Base32 (RFC 4648 §6), upper case and unpadded, as key URIs want it. */
export function toBase32(bytes: Uint8Array): string {
  return base32.encode(bytes, { padding: false });
}

/**
 * The bytes of a base32 text. Case, spaces, hyphens and padding do not matter, since people type secrets.
 *
 * @throws RangeError for anything else that is not base32
 */
export function fromBase32(text: string): Uint8Array {
  const compact = text.replace(/[ -]/g, "").replace(/=+$/, "").toUpperCase();
  if (!/^[A-Z2-7]+$/.test(compact)) {
    throw new RangeError("A base32 secret holds the letters A to Z and the digits 2 to 7 only.");
  }
  return base32.decode(compact);
}
