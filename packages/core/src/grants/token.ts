import { createHash, type KeyObject, randomUUID } from "node:crypto";
import { decodeProtectedHeader, errors, type JWTHeaderParameters, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { lengthPrefixed } from "../internal/bytes.ts";
import type { GrantKey } from "./grant-keys.ts";

/** Verified tokens remembered at most: enough for a busy process, and a bound on what a flood can fill. */
const REMEMBERED = 10_000;

/** A token's payload with the claims that every one of ours has. Times are seconds since 1970. */
export interface TokenClaims extends JWTPayload {
  sub: string;
  jti: string;
  iat: number;
  exp: number;
}

/** Signs and verifies one kind of token. */
export interface TokenKind<Claims extends object> {
  sign(claims: Claims & { sub: string }, issuedAt: number, expiresAt: number): Promise<string>;
  /** The claims of a token of this kind that is signed by us and not expired; `undefined` for anything else. */
  verify(token: string, now: number): Promise<(Claims & TokenClaims) | undefined>;
}

/**
 * One kind of JWS (RFC 7515), told from the others by `typ` and `aud`, so that none passes for another
 * (RFC 8725 §3.11, §3.12). A verified signature is remembered until it expires, since the guard sees the
 * same grant many times.
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
  const typ = `${name}+jwt`;
  const audience = `urn:nightlatch:${name}`;
  const byId = new Map<string, GrantKey>([active, ...older].map((key) => [key.id, key]));
  const verifyingKey = ({ kid = "", alg }: JWTHeaderParameters, now: number): KeyObject => {
    const key = byId.get(kid);
    if (!key || key.until <= now) throw new errors.JWKSNoMatchingKey();
    // RFC 8725 §3.1: which key verifies is decided by the algorithm, so a public key never serves as an HMAC's.
    return alg === "EdDSA" ? key.publicKey : key.secret;
  };
  const remembered = new Map<string, Claims & TokenClaims>();

  const verifySignature = async (token: string, now: number): Promise<(Claims & TokenClaims) | undefined> => {
    try {
      const { payload } = await jwtVerify(token, (header) => verifyingKey(header, now), {
        algorithms: ["HS256", "EdDSA"],
        typ,
        audience,
        requiredClaims: ["sub", "jti", "iat", "exp"],
        currentDate: new Date(now),
      });
      return payload as Claims & TokenClaims;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };

  return Object.freeze({
    sign: (claims: Claims & { sub: string }, issuedAt: number, expiresAt: number) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: algorithm, typ, kid: active.id })
        .setAudience(audience)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(algorithm === "EdDSA" ? active.privateKey : active.secret),

    async verify(token: string, now: number) {
      const known = remembered.get(token);
      if (known) return known.exp * 1000 > now ? known : undefined;
      const claims = await verifySignature(token, now);
      // What an older key signed is held against that key's end each time.
      if (!claims || !remember || signingKeyId(token) !== active.id) return claims;
      if (remembered.size >= REMEMBERED) {
        for (const oldest of remembered.keys()) {
          remembered.delete(oldest);
          break;
        }
      }
      remembered.set(token, claims);
      return claims;
    },
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
