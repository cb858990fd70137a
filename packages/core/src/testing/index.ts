export type { ContractCase } from "./contract-kit.ts";
export { storeContract } from "./store-contract.ts";
