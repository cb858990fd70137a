import { randomBytes } from "node:crypto";
import type { Factor } from "./factor.ts";

/** Crockford's base32: no I, L, O or U, so that a code survives handwriting. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 16;

/** The method's name, in rows, events and answers. */
export const RECOVERY_CODE = "recovery_code";

/** A new recovery code: 80 random bits as `XXXX-XXXX-XXXX-XXXX`. */
export function generateRecoveryCode(): string {
  // 32 symbols divide a byte's 256 values evenly, so no symbol is likelier than another.
  const symbols = Array.from(randomBytes(LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length));
  return symbols.join("").replace(/(.{4})(?=.)/g, "$1-");
}

/** The canonical form of a recovery code, or `undefined` when it can't be one. Case, spaces and hyphens do not matter. */
export function parseRecoveryCode(code: string): string | undefined {
  if (code.length < LENGTH) return undefined;
  const compact = code.replace(/[ -]/g, "").toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(compact) ? compact : undefined;
}

/** Recovery codes: the owner's way back, single use, stored as keyed hashes alone. */
export function recoveryCode(): Factor {
  return Object.freeze({
    type: RECOVERY_CODE,
    amr: ["recovery_code"],
    lane: "recovery",
    liveCodes: 0,
    parse: parseRecoveryCode,
    match({ code, codes, codeHash }) {
      const hash = codeHash(code);
      return codes.includes(hash) ? { kind: "code", hash } : undefined;
    },
  } satisfies Factor);
}
