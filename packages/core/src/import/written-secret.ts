import { fromBase32 } from "../otp/index.ts";
import { refuse } from "./row.ts";

/** The ways in which apps write a secret down. */
export type SecretEncoding = "base32" | "hex" | "ascii" | "utf8" | "latin1" | "base64";

/** Forms that Node decodes as far as they go, and silently: what isn't of the form is refused instead. */
const FORMS: Partial<Record<SecretEncoding, RegExp>> = {
  hex: /^(?:[0-9a-f]{2})+$/i,
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2,3}={0,2})?$/,
};

/** The bytes of a secret as it was written down. */
export function secretBytes(row: string, field: string, text: string, encoding: SecretEncoding): Uint8Array {
  if (text === "") throw refuse(row, field, "it is empty");
  if (encoding === "base32") {
    try {
      return fromBase32(text);
    } catch {
      throw refuse(row, field, "it is not base32; if the app decodes it in another way, name that encoding");
    }
  }
  if (FORMS[encoding]?.test(text) === false)
    throw refuse(row, field, `it is not ${encoding}; name the encoding that the app decodes it with`);
  return new Uint8Array(Buffer.from(text, encoding));
}

/** Whether two secrets are the same bytes. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
