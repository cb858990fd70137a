export type { DeliveredCodeOptions } from "./delivered-code.ts";
export { email, sms } from "./delivered-code.ts";
export type { Amr, Attempt, Deliver, Delivery, Enrolment, Factor, ImportedFactor, Match, Method } from "./factor.ts";
export type { HotpFactorOptions } from "./hotp.ts";
export { hotp } from "./hotp.ts";
export type { TotpFactorOptions } from "./totp.ts";
export { totp } from "./totp.ts";
