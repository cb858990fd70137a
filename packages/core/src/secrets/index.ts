export type { DataKeyRow, DataKeyStore, DataKeyUse } from "./data-keys.ts";
export type { KeyProvider } from "./key-provider.ts";
export { keyring } from "./keyring.ts";
export type { Sealer } from "./sealer.ts";
export { sealer } from "./sealer.ts";
