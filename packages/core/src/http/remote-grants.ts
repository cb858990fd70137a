import { createRemoteJWKSet } from "jose";
import { ACR } from "../engine/acr.ts";
import { checkDemand } from "../engine/demand.ts";
import type { Demand, Subject } from "../engine/requests.ts";
import type { GrantCheck } from "../engine/results.ts";
import { bearerOf, checked } from "../engine/subject.ts";
import { StoreError } from "../errors.ts";
import { type GrantClaims, isOf, meets } from "../grants/grant.ts";
import { LONGEST_TOKEN, openEdDsa, type TokenClaims } from "../grants/token.ts";

/** Milliseconds by which a spent id outlives its grant, as in a store of ours: clocks differ, and a grant in use ends by the slowest. */
const CLOCKS_APART = 86_400_000;

/** Holds a grant against a demand, by public keys alone. */
export type RemoteGrants = (grant: string, subject: Subject, demand?: Demand) => Promise<GrantCheck>;

/**
 * Verifies grants by a key set that is fetched, kept for ten minutes, and fetched anew when a grant names a key that
 * is not in it, so that a rotation needs nothing here.
 */
export function remoteGrants(
  jwks: URL,
  clock: () => number,
  spent: ((id: string, expiresAt: Date) => boolean | Promise<boolean>) | undefined,
): RemoteGrants {
  const keys = createRemoteJWKSet(jwks, { cacheMaxAge: 600_000, timeoutDuration: 5_000, cooldownDuration: 1_000 });

  const open = async (grant: string): Promise<(GrantClaims & TokenClaims) | undefined> => {
    try {
      return await openEdDsa<GrantClaims>("mfa-grant", grant, keys, clock());
    } catch (cause) {
      throw new StoreError(`The key set at ${jwks.href} could not be read, so no grant can be verified. Is the MFA service up?`, { cause });
    }
  };

  return async (grant, subject, asked) => {
    const demand = checkDemand(asked);
    const bearer = bearerOf(checked(subject));
    if (typeof grant !== "string" || grant.length > LONGEST_TOKEN) return { ok: false };
    const claims = await open(grant);
    if (!claims || !isOf(claims, bearer) || !meets(claims, { ...demand, acr: ACR }, clock())) return { ok: false };
    const { method, amr, acr, auth_time, exp, jti } = claims;
    const expiresAt = new Date(exp * 1000);
    if (demand.once && (await spent?.(jti, new Date(expiresAt.getTime() + CLOCKS_APART))) !== true) return { ok: false };
    return { ok: true, method, amr: [...amr], acr, verifiedAt: new Date(auth_time * 1000), expiresAt };
  };
}
