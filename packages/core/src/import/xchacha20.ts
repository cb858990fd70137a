import { createCipheriv, createDecipheriv } from "node:crypto";

const NONCE = 24;
const TAG = 16;

/** ChaCha20's four constant words, little-endian: "expand 32-byte k" (RFC 8439 §2.3). */
const CONSTANTS = Buffer.from("expand 32-byte k", "latin1");

/** Word by word, modulo 2^32: `from` less `less`. */
function subtracted(from: Buffer, less: Buffer): Buffer {
  const words = Buffer.alloc(from.length);
  for (let at = 0; at < from.length; at += 4) words.writeUInt32LE((from.readUInt32LE(at) - less.readUInt32LE(at)) >>> 0, at);
  return words;
}

/**
 * HChaCha20 (draft-irtf-cfrg-xchacha-03 §2.2), which node:crypto doesn't have, out of ChaCha20, which it has: a
 * block of ChaCha20's key stream is the permuted state with the initial state added. Of the words that HChaCha20
 * takes, the first and the last row, the initial state is public; subtracted again, they are the key.
 */
function hChaCha20(key: Buffer, nonce: Buffer): Buffer {
  const block = createCipheriv("chacha20", key, nonce).update(Buffer.alloc(64));
  return Buffer.concat([subtracted(block.subarray(0, 16), CONSTANTS), subtracted(block.subarray(48, 64), nonce)]);
}

/**
 * Opens what XChaCha20-Poly1305 has sealed: the nonce of 24 bytes, the ciphertext, the tag.
 *
 * @returns `undefined` when the key is another one, or a byte was changed
 */
export function openXChaCha20(key: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < NONCE + TAG) return undefined;
  const nonce = sealed.subarray(0, NONCE);
  const inner = createDecipheriv(
    "chacha20-poly1305",
    hChaCha20(key, nonce.subarray(0, 16)),
    Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]),
    {
      authTagLength: TAG,
    },
  );
  inner.setAuthTag(sealed.subarray(sealed.length - TAG));
  const opened = inner.update(sealed.subarray(NONCE, sealed.length - TAG));
  try {
    inner.final();
  } catch {
    return undefined;
  }
  return opened;
}
