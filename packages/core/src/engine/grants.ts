import type { Amr, Factor } from "../factors/factor.ts";
import { type Bearer, type boundClaims, type GrantClaims, type GrantDemand, isOf, meets } from "../grants/grant.ts";
import { LONGEST_TOKEN, signingKeyId, type TokenClaims, type TokenKind } from "../grants/token.ts";
import { ACR } from "./acr.ts";
import type { Engine, OpenKeys } from "./engine.ts";
import type { Verified } from "./results.ts";

/** What a grant is made of: whose, what for, and how and when it was earned. */
export interface Earned {
  bound: ReturnType<typeof boundClaims>;
  epoch: number;
  method: Factor["type"];
  amr: readonly Amr[];
  /** Seconds since 1970. */
  authTime: number;
}

/** 5. Grant. The answer to a right code: signed proof of it, for the guards of the same session. */
export async function granted(engine: Engine, { bound, epoch, method, amr, authTime }: Earned): Promise<Verified> {
  const { grants } = await engine.recentKeys();
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

/** The claims of a token of ours, whichever process signed it; `undefined` for anything else. */
export async function opened<Claims extends object>(
  engine: Engine,
  kind: (keys: OpenKeys) => TokenKind<Claims>,
  token: unknown,
): Promise<(Claims & TokenClaims) | undefined> {
  if (typeof token !== "string" || token.length > LONGEST_TOKEN) return undefined;
  const keys = await engine.recentKeys();
  const now = engine.clock();
  const claims = await kind(keys).verify(token, now);
  const keyId = claims ? undefined : signingKeyId(token);
  // Another process may have made its key since ours were read.
  return keyId === undefined || keys.has(keyId) ? claims : await kind(await engine.openKeys([keyId])).verify(token, now);
}

type Granted = GrantClaims & TokenClaims;

/** The claims of a grant, whosever it is. A guard is shown the same one at each request: a known one is not waited for. */
export function grantClaims(engine: Engine, grant: unknown): Granted | Promise<Granted | undefined> {
  const known = typeof grant === "string" ? engine.keysNow()?.grants.recall(grant, engine.clock()) : undefined;
  return known ?? opened(engine, ({ grants }) => grants, grant);
}

/** Whether a grant is this bearer's and meets the demand; whether it was ended since, its epoch tells. */
export const meetsDemand = (engine: Engine, claims: Granted, bearer: Bearer, demand: Omit<GrantDemand, "acr">): boolean =>
  isOf(claims, bearer) && meets(claims, { ...demand, acr: ACR }, engine.clock());
