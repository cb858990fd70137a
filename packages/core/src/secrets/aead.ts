import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";
import { fromBase64Url } from "../internal/bytes.ts";

const NONCE_BYTES = 12;
/** What a ciphertext is longer by than its plaintext. */
export const TAG_BYTES = 16;

/** AES-256-GCM under a fresh random nonce: `nonce.ciphertext+tag`, both base64url. */
export function encrypt(key: KeyObject, plaintext: Uint8Array, aad: Uint8Array): string {
  // 96 random bits a message: safe far beyond the number of secrets that one key seals (SP 800-38D §8.3).
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES }).setAAD(aad);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return `${nonce.toString("base64url")}.${ciphertext.toString("base64url")}`;
}

/** What `encrypt` sealed; `undefined` when key, nonce, text or additional data differ in any bit. */
export function decrypt(key: KeyObject, sealed: string, aad: Uint8Array): Buffer | undefined {
  const [nonceText = "", bodyText = "", ...rest] = sealed.split(".");
  const nonce = fromBase64Url(nonceText);
  const body = fromBase64Url(bodyText);
  if (rest.length > 0 || nonce?.length !== NONCE_BYTES || !body || body.length < TAG_BYTES) return undefined;
  const split = body.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad).setAuthTag(body.subarray(split));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, split)), decipher.final()]);
  } catch {
    return undefined;
  }
}
