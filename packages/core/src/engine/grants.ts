import type { Amr, Method } from "../factors/factor.ts";
import { type Bearer, type boundClaims, type GrantClaims, type GrantDemand, isOf, meets } from "../grants/grant.ts";
import type { TokenClaims } from "../grants/token.ts";
import type { SubjectState } from "../stores/store.ts";
import { ACR, type Engine } from "./engine.ts";
import type { Verified } from "./types.ts";

/** A longer text is no grant of ours. */
const LONGEST_GRANT = 4_096;

/** What a grant is made of: whose, what for, and how and when it was earned. */
export interface Earned {
  bound: ReturnType<typeof boundClaims>;
  epoch: number;
  method: Method;
  amr: readonly Amr[];
  /** Seconds since 1970. */
  authTime: number;
}

/** 5. Grant. The answer to a right code: signed proof of it, for the guards of the same session. */
export async function granted(engine: Engine, { bound, epoch, method, amr, authTime }: Earned): Promise<Verified> {
  const { grants } = await engine.openKeys();
  const all = [...new Set<Amr>([...amr, "mfa"])];
  const expiresAt = authTime + engine.longestGrant;
  const issuedAt = Math.floor(engine.clock() / 1000);
  const grant = await grants.sign({ ...bound, epoch, method, amr: all, acr: ACR, auth_time: authTime }, issuedAt, expiresAt);
  return {
    ok: true,
    subject: { id: bound.sub, ...(bound.tenant ? { tenant: bound.tenant } : {}) },
    method,
    amr: all,
    acr: ACR,
    grant,
    expiresAt: new Date(expiresAt * 1000),
    expiresIn: Math.max(0, expiresAt - issuedAt),
  };
}

/** What is asked of a grant beside its freshness. */
export interface GrantRequest extends Omit<GrantDemand, "acr"> {
  /** The grant is spent. */
  once?: boolean;
}

/** A grant that is this bearer's, alive, and meets the demand, with the subject's state; `undefined` for any other. */
export async function checkGrant(
  engine: Engine,
  grant: unknown,
  bearer: Bearer,
  { once, ...demand }: GrantRequest,
): Promise<{ claims: GrantClaims & TokenClaims; state: SubjectState } | undefined> {
  if (typeof grant !== "string" || grant.length > LONGEST_GRANT) return undefined;
  const { grants } = await engine.openKeys();
  const now = engine.clock();
  const claims = await grants.verify(grant, now);
  if (!claims || !isOf(claims, bearer) || !meets(claims, { ...demand, acr: ACR }, now)) return undefined;
  // The epoch ends grants at once when factors change, whatever their lifetime.
  const state = await engine.store.read({ tenant: bearer.tenant, subject: bearer.subject });
  if (claims.epoch !== state.epoch) return undefined;
  if (once && (await engine.store.spend({ id: claims.jti, expiresAt: claims.exp * 1000 }, now)) !== true) return undefined;
  return { claims, state };
}
