/**
 * Wraps and unwraps data keys. A keyring in the environment is one (`keyring`); a KMS or Vault is another.
 * It sees data keys alone, a handful at start-up, never a secret or a code.
 */
export interface KeyProvider {
  /** Encrypts a data key, bound to its context (the key's id and use). */
  wrap(dataKey: Uint8Array, context: string): Promise<string>;
  /** Opens what `wrap` gave. Rejects when the key is not among those held, or the context differs. */
  unwrap(wrapped: string, context: string): Promise<Uint8Array>;
}
