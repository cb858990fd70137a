import { hash } from "node:crypto";

/** The hash behind the HMAC (RFC 6238 §1.2). Authenticator apps agree on SHA1; many ignore the others. */
export type OtpAlgorithm = "SHA1" | "SHA256" | "SHA512";

/** By Node's name: the bytes that the hash takes at a time, and those that it gives. */
const HASHES = {
  SHA1: { name: "sha1", block: 64, size: 20 },
  SHA256: { name: "sha256", block: 64, size: 32 },
  SHA512: { name: "sha512", block: 128, size: 64 },
} as const;

/** The moving factor's length (RFC 4226 §5.1). */
const COUNTER = 8;

/** A secret made ready for HMACs over a counter: both of its pads, each with room for what is hashed behind it. */
export interface OtpKey {
  readonly hash: (typeof HASHES)[OtpAlgorithm];
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** Makes a secret ready (RFC 2104 §2). */
export function otpKey(secret: Uint8Array, algorithm: OtpAlgorithm = "SHA1"): OtpKey {
  const { name, block, size } = HASHES[algorithm];
  const key = secret.length > block ? hash(name, secret, "buffer") : secret;
  const inner = Buffer.alloc(block + COUNTER, 0x36);
  const outer = Buffer.alloc(block + size, 0x5c);
  for (let at = 0; at < key.length; at += 1) {
    const byte = key[at] ?? 0;
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  return { hash: HASHES[algorithm], inner, outer };
}

/**
 * The HMAC of a counter (RFC 2104 §2), each byte a character of the string. It is put together from two hashes,
 * since `createHmac` makes an object for each, and one of the key: with them a verification costs three times as
 * much. A test holds it equal to `createHmac`.
 */
export function counterHmac({ hash: { name, block }, inner, outer }: OtpKey, counter: number): string {
  inner.writeUInt32BE(Math.floor(counter / 2 ** 32), block);
  inner.writeUInt32BE(counter % 2 ** 32, block + 4);
  outer.write(hash(name, inner, "binary"), block, "binary");
  return hash(name, outer, "binary");
}
