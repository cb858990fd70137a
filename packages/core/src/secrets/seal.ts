import type { KeyObject } from "node:crypto";
import { SealError } from "../errors.ts";
import { fromBase64Url, lengthPrefixed } from "../internal/bytes.ts";
import { decrypt, encrypt, TAG_BYTES } from "./aead.ts";
import type { DataKey } from "./data-keys.ts";

const VERSION = "v1";

/** Seals and opens values, each bound to the additional data given with it. */
export interface Seal {
  /** The key that seals. */
  readonly activeId: string;
  seal(plaintext: Uint8Array, aad: readonly string[]): string;
  open(sealed: string, aad: readonly string[]): Buffer;
}

/** What a text sealed under a key begins with. */
export const sealedUnder = (keyId: string): string => `${VERSION}.${keyId}.`;

/** The id of the key that a text was sealed under; empty for what was not sealed here. */
export function keyIdOf(sealed: string): string {
  const [version, keyId = "", ...body] = sealed.split(".");
  return version === VERSION && body.length === 2 ? keyId : "";
}

/** How many bytes were sealed, told without a key; 0 for what was not sealed here. */
export function plaintextLength(sealed: string): number {
  const body = keyIdOf(sealed) === "" ? undefined : fromBase64Url(sealed.slice(sealed.lastIndexOf(".") + 1));
  return Math.max(0, (body?.length ?? 0) - TAG_BYTES);
}

/** The key id stands in the additional data too, so that it can't be edited. */
const bound = (keyId: string, aad: readonly string[]): Buffer => lengthPrefixed([VERSION, keyId, ...aad]);

/**
 * AES-256-GCM in the form `v1.<key id>.<nonce>.<ciphertext+tag>`. The active key seals; every key opens
 * what bears its id. The additional data is length-prefixed, so no two lists of it are alike.
 */
export function createSeal([active, ...older]: readonly [DataKey, ...DataKey[]]): Seal {
  const byId = new Map<string, KeyObject>([active, ...older].map(({ id, key }) => [id, key]));
  return Object.freeze({
    activeId: active.id,
    seal: (plaintext: Uint8Array, aad: readonly string[]) =>
      `${sealedUnder(active.id)}${encrypt(active.key, plaintext, bound(active.id, aad))}`,
    open(sealed: string, aad: readonly string[]) {
      const [version, keyId = "", ...body] = sealed.split(".");
      if (version !== VERSION) throw new SealError("A sealed value has an unknown form: the row was edited, or a newer release wrote it.");
      const key = byId.get(keyId);
      if (!key)
        throw new SealError("A sealed value names a data key that the store does not hold. Restore nightlatch_data_keys from a backup.");
      const plaintext = decrypt(key, body.join("."), bound(keyId, aad));
      if (!plaintext) {
        throw new SealError(
          "A sealed value does not open: it was edited, moved from another row, or is opened for another purpose than it was sealed for. What it held has to be set anew.",
        );
      }
      return plaintext;
    },
  });
}
