export { clockTime, digitsOf, periodLeft } from "./digits.ts";
export { groupRecoveryCode, isWholeRecoveryCode, keyGroups } from "./groups.ts";
export type { KeyUriFacts } from "./key-uri.ts";
export { keyUriFacts } from "./key-uri.ts";
