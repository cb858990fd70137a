export { fromBase32, toBase32 } from "./base32.ts";
export type { HotpOptions, OtpAlgorithm, OtpDigits } from "./hotp.ts";
export { hotp } from "./hotp.ts";
export type { KeyUri } from "./key-uri.ts";
export { keyUri } from "./key-uri.ts";
export { qrDataUrl, qrPng } from "./qr.ts";
export { generateSecret } from "./secret.ts";
export type { TotpOptions, TotpWindow } from "./totp.ts";
export { findTotpStep, totp, totpStep } from "./totp.ts";
