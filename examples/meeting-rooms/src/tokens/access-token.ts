import { errors, type JWTVerifyGetKey, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { Problem } from "../http/problem.ts";
import type { SigningKey } from "./signing-keys.ts";

/** Seconds that an access token is good for. */
export const TOKEN_LIFETIME = 30 * 60;

const ISSUER = "urn:meeting-rooms:users";
const AUDIENCE = "urn:meeting-rooms:api";
/** RFC 9068 §2.1: told from every other kind of token, a challenge or a grant among them (RFC 8725 §3.11). */
const TYPE = "at+jwt";

/** Whose token it is, which session it stands for, and how that was signed in to. */
export interface AccessToken {
  userId: string;
  /** The token's own id. MFA grants are bound to it. */
  session: string;
  /** RFC 8176 values: `pwd` alone, or with `otp` and `mfa`. */
  amr: readonly string[];
}

/** Writes an access token. */
export async function issueToken({ kid, privateKey }: SigningKey, { userId, session, amr }: AccessToken): Promise<string> {
  return await new SignJWT({ amr })
    .setProtectedHeader({ alg: "EdDSA", typ: TYPE, kid })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(userId)
    .setJti(session)
    .setIssuedAt()
    .setExpirationTime(`${TOKEN_LIFETIME}s`)
    .sign(privateKey);
}

const claims = z.object({ sub: z.uuid(), jti: z.uuid(), amr: z.array(z.string()) });

/** What says that the keys could not be had; any other error of jose's says that the token is no good. */
const KEYS_UNAVAILABLE = new Set(["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"]);

/** A token that was read, with the key that signed it. */
export interface ReadToken extends AccessToken {
  kid: string;
}

/**
 * What a token of ours says at that moment; `undefined` for any other.
 *
 * @throws Problem `unavailable` when the signing keys can't be read
 */
export async function readToken(token: string, keys: JWTVerifyGetKey, now: Date): Promise<ReadToken | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: ["EdDSA"],
      typ: TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ["exp"],
      currentDate: now,
    });
    const { success, data } = claims.safeParse(payload);
    const { kid } = protectedHeader;
    return success && kid !== undefined ? { userId: data.sub, session: data.jti, amr: data.amr, kid } : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError && !KEYS_UNAVAILABLE.has(error.code)) return undefined;
    throw new Problem("unavailable", { cause: error });
  }
}
