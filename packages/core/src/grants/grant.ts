import type { Amr, Method } from "../factors/factor.ts";
import type { SubjectKey } from "../stores/store.ts";
import { digest, type TokenClaims } from "./token.ts";

/** What a grant is bound to. */
export interface Binding {
  purpose?: string;
  bind?: readonly string[];
  once?: boolean;
}

/** Whose grant it is: one subject in one session. */
export interface Bearer extends SubjectKey {
  session: string | undefined;
}

/** The claims of a grant, `typ: mfa-grant+jwt`. Names are those of OpenID Connect where it has one. */
export interface GrantClaims {
  tenant: string;
  /** A digest of the session's id; absent without a session. */
  sid?: string;
  epoch: number;
  method: Method;
  amr: Amr[];
  acr: string;
  /** Seconds since 1970: when the code was verified, not when the grant was written. */
  auth_time: number;
  purpose?: string;
  /** A digest of the list that the approval is bound to. */
  bind?: string;
  /** Only a guard that spends it takes it. */
  once?: true;
}

const sessionDigest = ({ tenant, subject, session }: Bearer): string | undefined =>
  session === undefined ? undefined : digest(["session", tenant, subject, session]);

/** A digest of who is asking, and in which session where there is one. */
export const askerDigest = (bearer: Bearer): string => sessionDigest(bearer) ?? digest(["asker", bearer.tenant, bearer.subject]);

const bindDigest = (bind: readonly string[] | undefined): string | undefined =>
  bind === undefined ? undefined : digest(["bind", ...bind]);

/** The claims that say for whom a token is and what for; absent parts are left out. */
export function boundClaims(
  bearer: Bearer,
  { purpose, bind, once }: Binding,
): { sub: string } & Pick<GrantClaims, "tenant" | "sid" | "purpose" | "bind" | "once"> {
  const sid = sessionDigest(bearer);
  const bound = bindDigest(bind);
  return {
    sub: bearer.subject,
    tenant: bearer.tenant,
    ...(sid === undefined ? {} : { sid }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(bound === undefined ? {} : { bind: bound }),
    ...(once === true ? { once } : {}),
  };
}

/** Whose session a remembered token was found to be of, so that a guard need not hash it again at each request. */
const sessions = new WeakMap<object, string>();

/** Whether a token is this bearer's, session included. */
export function isOf(claims: Pick<GrantClaims, "tenant" | "sid"> & { sub: string }, bearer: Bearer): boolean {
  if (claims.sub !== bearer.subject || claims.tenant !== bearer.tenant) return false;
  if (bearer.session !== undefined && sessions.get(claims) === bearer.session) return true;
  if (claims.sid !== sessionDigest(bearer)) return false;
  if (bearer.session !== undefined) sessions.set(claims, bearer.session);
  return true;
}

/** Seconds by which another process may have been ahead when it wrote the grant. */
const CLOCK_SKEW = 30;

/** What a guard asks, ready to be held against a grant. */
export interface GrantDemand extends Binding {
  maxAge: number;
  methods?: readonly Method[];
  acr: string;
}

/**
 * Whether a grant meets a demand now. What was asked when the grant was made counts for nothing: the
 * achieved `acr`, `auth_time` and method are held against the demand again (RFC 9470 §6). What it is for has to match exactly: a demand
 * that names neither purpose nor binding is met by a grant that names neither, and one that is good once by a demand under `once` alone.
 */
export function meets(grant: GrantClaims & TokenClaims, demand: GrantDemand, now: number): boolean {
  const age = now / 1000 - grant.auth_time;
  if (grant.acr !== demand.acr || age > demand.maxAge || age < -CLOCK_SKEW) return false;
  if (demand.methods && !demand.methods.includes(grant.method)) return false;
  if (grant.once === true && demand.once !== true) return false;
  return grant.purpose === demand.purpose && grant.bind === bindDigest(demand.bind);
}
