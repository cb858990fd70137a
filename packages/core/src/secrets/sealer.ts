import type { DataKeyStore } from "./data-keys.ts";
import { keepKeys } from "./kept-keys.ts";
import type { KeyProvider } from "./key-provider.ts";
import { createSeal, keyIdOf } from "./seal.ts";

/** Seals a host's own texts under Nightlatch's keys. */
export interface Sealer {
  /** Seals a text under the newest key, which takes a read of the store, bound to `aad`: the row and column it is for, say. */
  seal(text: string, aad: readonly string[]): Promise<string>;
  /**
   * Opens what `seal` gave, under the same `aad`.
   *
   * @throws SealError when the text or the `aad` is another
   */
  open(sealed: string, aad: readonly string[]): Promise<string>;
}

/**
 * Seals a host's own secrets (an API key, a signing key) with the keys, rotation and binding that guard
 * the authenticators' secrets. `mfa.keys.reseal` does not know them: to put one under a new key, open it and seal it again. The store's tables must exist: `await mfa.ready({ migrate: true })` or `await store.migrate()` first.
 *
 * @example
 * ```ts
 * import { keyring } from "@nightlatch/core";
 * import { sealer } from "@nightlatch/core/secrets";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 *
 * const { seal, open } = sealer(keyring(process.env.NIGHTLATCH_KEYS), memoryStore());
 * const row = await seal("sk_live_1", ["api_keys", "42"]);
 * await open(row, ["api_keys", "42"]);
 * ```
 */
export function sealer(keys: KeyProvider, store: DataKeyStore): Sealer {
  const seals = keepKeys(keys, store, Date.now, (dataKeys) => createSeal(dataKeys.seal));
  const hostAad = (aad: readonly string[]): string[] => ["host", ...aad];
  return Object.freeze({
    seal: async (text: string, aad: readonly string[]) => (await seals.fresh()).seal(Buffer.from(text), hostAad(aad)),
    open: async (sealed: string, aad: readonly string[]) => (await seals.open([keyIdOf(sealed)])).open(sealed, hostAad(aad)).toString(),
  });
}
