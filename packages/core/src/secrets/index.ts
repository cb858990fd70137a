/**
 * Key providers beside the keyring, and sealing of a host's own secrets under the same keys.
 *
 * @module
 */

export type { DataKeyRow, DataKeyStore, DataKeyUse, RotatableUse } from "./data-keys.ts";
export type { KeyProvider } from "./key-provider.ts";
export { keyring } from "./keyring.ts";
export { keyringFile } from "./keyring-file.ts";
export type { Sealer } from "./sealer.ts";
export { sealer } from "./sealer.ts";
export type { VaultTransitOptions } from "./vault-transit.ts";
export { vaultTransit } from "./vault-transit.ts";
