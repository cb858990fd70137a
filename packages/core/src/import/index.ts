/**
 * Reads authenticators out of other libraries' rows, for `mfa.factors.import`.
 *
 * @module
 */

export type { ImportedFactor } from "../factors/factor.ts";
export type { BetterAuthOptions, BetterAuthRow } from "./better-auth.ts";
export { fromBetterAuth } from "./better-auth.ts";
export type { DjangoOtpDevice, DjangoOtpImport, DjangoOtpLeft } from "./django-otp.ts";
export { fromDjangoOtp } from "./django-otp.ts";
export type { OtplibRow } from "./otplib.ts";
export { fromOtplib } from "./otplib.ts";
export type { Column } from "./row.ts";
export type { SpeakeasyRow } from "./speakeasy.ts";
export { fromSpeakeasy } from "./speakeasy.ts";
export type { SecretEncoding } from "./written-secret.ts";
