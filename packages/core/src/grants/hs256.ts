import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { fromBase64Url } from "../internal/bytes.ts";

const MAC_BYTES = 32;

const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const macOf = (key: KeyObject, signed: string): Buffer => createHmac("sha256", key).update(signed).digest();

/** The header of a JWS (RFC 7515 §4) as it stands in the token. Ours are always written in this one way. */
export const headerSegment = (typ: string, kid: string): string => segment({ alg: "HS256", typ, kid });

/**
 * A JWS in compact form under HMAC-SHA-256 (RFC 7515 §3.1, RFC 7518 §3.2). By node:crypto in this very turn:
 * jose hands it to WebCrypto's threads, which takes ten times as long as the HMAC.
 */
export function signHs256(key: KeyObject, header: string, payload: object): string {
  const signed = `${header}.${segment(payload)}`;
  return `${signed}.${macOf(key, signed).toString("base64url")}`;
}

/** The payload of what `signHs256` gave, and of nothing else; the header was looked at already. */
export function openHs256(key: KeyObject, token: string): Record<string, unknown> | undefined {
  const [header = "", body = "", mac = "", ...rest] = token.split(".");
  const given = fromBase64Url(mac);
  if (rest.length > 0 || given?.length !== MAC_BYTES || !timingSafeEqual(given, macOf(key, `${header}.${body}`))) return undefined;
  return JSON.parse(Buffer.from(body, "base64url").toString()) as Record<string, unknown>;
}
