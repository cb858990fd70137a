import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes, timingSafeEqual } from "node:crypto";
import { generateSecret, totp } from "../../src/otp/index.ts";

const KEY = createSecretKey(randomBytes(32));

/** What a bare user is: a name, and a secret in clear for making codes. */
export interface BareUser {
  name: string;
  secret: Uint8Array;
  sealed: string;
}

/** AES-256-GCM, with the user's name authenticated: nonce, tag and ciphertext as one base64 text. */
export function newUser(name: string): BareUser {
  const secret = generateSecret();
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", KEY, nonce).setAAD(Buffer.from(name));
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()]);
  return { name, secret, sealed: Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString("base64") };
}

/** The code of a user in a time step. */
export const codeOf = ({ secret }: BareUser, step: number): string => totp(secret, step * 30_000);

/** Opens the secret and compares one code, that of the step: one decryption, one HMAC. */
export function isRight(name: string, sealed: string, code: string, step: number): boolean {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", KEY, bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(12, 28));
  const secret = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", createSecretKey(secret)).update(counter).digest();
  const offset = (mac[19] ?? 0) & 15;
  const expected = String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  return timingSafeEqual(Buffer.from(expected), Buffer.from(code));
}
