import { createHash, type KeyObject, randomUUID } from "node:crypto";
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import { lengthPrefixed } from "../internal/bytes.ts";
import type { GrantKey } from "./grant-keys.ts";
import { headerSegment, openHs256, signHs256 } from "./hs256.ts";

/** Characters at a token's end by which it is looked for: its whole MAC, or half of its signature. */
const TAIL = 43;

/** Characters of a token at most; a longer text is none of ours. */
export const LONGEST_TOKEN = 4_096;

/** Verified tokens remembered at most: enough for a busy process, and a bound on what a flood can fill. */
const REMEMBERED = 10_000;

/** What is wrong with a key set's service, and not with the token. */
const KEY_FAULTS: ReadonlySet<string> = new Set(["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"]);

/** A token's payload with the claims that every one of ours has. Times are seconds since 1970. */
export interface TokenClaims extends JWTPayload {
  sub: string;
  jti: string;
  iat: number;
  exp: number;
}

const isTokenClaims = ({ sub, jti, iat, exp }: Record<string, unknown>): boolean =>
  typeof sub === "string" && typeof jti === "string" && Number.isSafeInteger(iat) && Number.isSafeInteger(exp);

/** What tells one kind of token from the others. */
const markOf = (name: string) => ({ typ: `${name}+jwt`, audience: `urn:nightlatch:${name}` });

/**
 * The claims of a token of this kind that EdDSA vouches for; `undefined` for one that is no such token. What is wrong
 * with the keys themselves is thrown.
 *
 * @param keys - jose's way to the public key, by the token's header
 */
export async function openEdDsa<Claims extends object>(
  name: string,
  token: string,
  keys: JWTVerifyGetKey,
  now: number,
): Promise<(Claims & TokenClaims) | undefined> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ["EdDSA"],
      ...markOf(name),
      requiredClaims: ["sub", "jti", "iat", "exp"],
      currentDate: new Date(now),
    });
    return payload as Claims & TokenClaims;
  } catch (error) {
    if (error instanceof errors.JOSEError && !KEY_FAULTS.has(error.code)) return undefined;
    throw error;
  }
}

/** Signs and verifies one kind of token. */
export interface TokenKind<Claims extends object> {
  sign(claims: Claims & { sub: string }, issuedAt: number, expiresAt: number): Promise<string>;
  /** The claims of a token of this kind that is signed by us and not expired; `undefined` for anything else. */
  verify(token: string, now: number): Promise<(Claims & TokenClaims) | undefined>;
  /** What `verify` would say of a token that is remembered; `undefined` says nothing. */
  recall(token: string, now: number): (Claims & TokenClaims) | undefined;
}

/**
 * One kind of JWS (RFC 7515), told from the others by `typ` and `aud`, so that none passes for another
 * (RFC 8725 §3.11, §3.12). HS256 is ours, EdDSA is jose's. A signature that was verified is
 * remembered until it expires, since the guard sees the same grant many times.
 *
 * @param name - `mfa-grant` or `mfa-challenge`
 * @param options - `remember`: whether the same token comes many times; `algorithm`: how new ones are signed.
 * Tokens of both algorithms verify, each under its own kind of key, so that a host can change over
 */
export function tokenKind<Claims extends object>(
  name: string,
  [active, ...older]: readonly [GrantKey, ...GrantKey[]],
  { remember, algorithm }: { remember: boolean; algorithm: "HS256" | "EdDSA" },
): TokenKind<Claims> {
  const { typ, audience } = markOf(name);
  const all = [active, ...older];
  const byId = new Map<string, GrantKey>(all.map((key) => [key.id, key]));
  // A header names kind, key and algorithm. One that is not written just so is none of HS256's (RFC 8725 §3.1).
  const byHeader = new Map<string, GrantKey>(all.map((key) => [headerSegment(typ, key.id), key]));
  const header = headerSegment(typ, active.id);

  const verifyHs256 = (key: GrantKey, token: string, now: number): (Claims & TokenClaims) | undefined => {
    const payload = key.until > now ? openHs256(key.secret, token) : undefined;
    if (!payload || payload.aud !== audience || !isTokenClaims(payload)) return undefined;
    const claims = payload as Claims & TokenClaims;
    return claims.exp * 1000 > now ? claims : undefined;
  };

  const publicKey = (kid: string | undefined, now: number): KeyObject => {
    const key = byId.get(kid ?? "");
    if (!key || key.until <= now) throw new errors.JWKSNoMatchingKey();
    return key.publicKey;
  };
  const remembered = new Map<string, { token: string; claims: Claims & TokenClaims }>();

  /** What the active key signed, until it expires: what an older one signed is held against that key's end each time. */
  const keep = (token: string, keyId: string | undefined, claims: Claims & TokenClaims): void => {
    if (!remember || keyId !== active.id) return;
    if (remembered.size >= REMEMBERED) {
      for (const oldest of remembered.keys()) {
        remembered.delete(oldest);
        break;
      }
    }
    remembered.set(token.slice(-TAIL), { token, claims });
  };

  // To hash the tail costs a tenth of hashing all of it; what counts is that all of it is the same.
  const recall = (token: string, now: number): (Claims & TokenClaims) | undefined => {
    const known = remembered.get(token.slice(-TAIL));
    return known?.token === token && known.claims.exp * 1000 > now ? known.claims : undefined;
  };

  return Object.freeze({
    async sign(claims: Claims & { sub: string }, issuedAt: number, expiresAt: number) {
      const payload = { ...claims, aud: audience, jti: randomUUID(), iat: issuedAt, exp: expiresAt };
      if (algorithm === "HS256") return signHs256(active.secret, header, payload);
      return await new SignJWT(payload).setProtectedHeader({ alg: "EdDSA", typ, kid: active.id }).sign(active.privateKey);
    },

    async verify(token: string, now: number) {
      const known = recall(token, now);
      if (known) return known;
      const key = byHeader.get(token.slice(0, token.indexOf(".")));
      const claims = key ? verifyHs256(key, token, now) : await openEdDsa<Claims>(name, token, ({ kid }) => publicKey(kid, now), now);
      if (claims) keep(token, key?.id ?? signingKeyId(token), claims);
      return claims;
    },

    recall,
  });
}

/** The id of the key that a token says it was signed with; `undefined` for what is no token. */
export function signingKeyId(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

/**
 * A hash that stands in a token for something its bearer need not read: a session id, or what an approval
 * is bound to. Plain SHA-256, so that another service can compare without a key.
 */
export function digest(parts: readonly string[]): string {
  return createHash("sha256").update(lengthPrefixed(parts)).digest("base64url");
}
