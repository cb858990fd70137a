/**
 * The arithmetic of codes, pure: HOTP, TOTP, base32, key URIs and QR pictures.
 *
 * @module
 */

export { fromBase32, toBase32 } from "./base32.ts";
export type { OtpAlgorithm } from "./hmac.ts";
export type { HotpOptions, OtpDigits } from "./hotp.ts";
export { findHotpCounter, findHotpPair, hotp } from "./hotp.ts";
export type { HotpKeyUri, KeyUri, KeyUriBase, TotpKeyUri } from "./key-uri.ts";
export { keyUri } from "./key-uri.ts";
export type { ParsedHotpKeyUri, ParsedKeyUri, ParsedKeyUriBase, ParsedTotpKeyUri } from "./parse-key-uri.ts";
export { parseKeyUri } from "./parse-key-uri.ts";
export { qrDataUrl, qrPng } from "./qr.ts";
export { generateSecret } from "./secret.ts";
export type { TotpOptions, TotpWindow } from "./totp.ts";
export { findTotpStep, totp, totpStep } from "./totp.ts";
