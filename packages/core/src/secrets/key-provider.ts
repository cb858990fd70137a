/**
 * Wraps and unwraps data keys. A keyring in the environment or in a file is one (`keyring`, `keyringFile`), Vault
 * another (`vaultTransit`), and any KMS can be made one. It sees data keys alone, a handful at start-up, never a
 * secret or a code.
 *
 * @example
 * ```ts
 * import type { KeyProvider } from "@nightlatch/core";
 *
 * // Wraps under one provider, and still opens what another one wrapped before it.
 * export const moving = (to: KeyProvider, from: KeyProvider, isOld: (wrapped: string) => boolean): KeyProvider => ({
 *   wrap: (dataKey, context) => to.wrap(dataKey, context),
 *   unwrap: (wrapped, context) => (isOld(wrapped) ? from : to).unwrap(wrapped, context),
 *   isCurrent: async (wrapped) => !isOld(wrapped) && ((await to.isCurrent?.(wrapped)) ?? true),
 * });
 * ```
 */
export interface KeyProvider {
  /** Encrypts a data key, bound to its context (the key's id and use). */
  wrap(dataKey: Uint8Array, context: string): Promise<string>;
  /**
   * Opens what `wrap` gave. Rejects when the key is not among those held, or the context differs. Each new wrapping
   * is tried once under a context that is not its own, and not used if that opens.
   */
  unwrap(wrapped: string, context: string): Promise<Uint8Array>;
  /**
   * Whether a wrapping was made by the newest key. Data keys whose wrapping wasn't are wrapped anew at the next
   * start, after which the older key can go. Without this method every wrapping is taken for current.
   */
  isCurrent?(wrapped: string): boolean | Promise<boolean>;
}
