import { generateSecret as otplibSecret } from "otplib";
import { fromBase32 } from "./base32.ts";

/** 160 bits, the length that RFC 4226 §4 R6 recommends, and SHA-1's own. */
const SECRET_BYTES = 20;

/**
 * A new shared secret: 20 bytes (160 bits) from the system's secure generator, by otplib.
 * The decoded length is asserted, since a dependency has been seen to shorten secrets (CVE-2024-8796).
 */
export function generateSecret(): Uint8Array {
  const secret = fromBase32(otplibSecret({ length: SECRET_BYTES }));
  if (secret.length !== SECRET_BYTES) {
    throw new RangeError(`A secret has ${SECRET_BYTES} bytes; the generator gave ${secret.length}. Check the installed otplib.`);
  }
  return secret;
}

/** Bytes under which a secret is short (128 bits, RFC 4226 §4 R6): its owner is asked to enrol anew. */
export const SHORT_SECRET = 16;
