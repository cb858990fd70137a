export type { Amr, Attempt, Enrolment, Factor, Method } from "./factor.ts";
export type { TotpFactorOptions } from "./totp.ts";
export { totp } from "./totp.ts";
