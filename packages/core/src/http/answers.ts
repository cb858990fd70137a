import { OWN_PURPOSES } from "../engine/own-purposes.ts";
import type { Enrolling, Proof, Subject } from "../engine/requests.ts";
import type { DeviceInfo, FactorInfo, Refusal, Verified } from "../engine/results.ts";
import { type HttpResponse, json } from "./message.ts";
import { problem, toProblem } from "./problem.ts";
import type { RouteContext, SignInHook } from "./route.ts";
import type { ProofBody, WireDevice, WireFactor, WireGrant } from "./wire.ts";

/** No proof at all asks for a grant, and is told what one would take. */
const NO_PROOF: Proof = { grant: "" };

/** The proof that a request bears: a code in the body before a grant. */
export function proofIn(context: RouteContext, { code, factor_id: factorId, challenge }: ProofBody): Proof {
  if (code !== undefined) {
    return { code, ...(factorId === undefined ? {} : { factorId }), ...(challenge === undefined ? {} : { challenge }) };
  }
  return context.grant === undefined ? NO_PROOF : { grant: context.grant };
}

/** Whether somebody is signed in, and not only bears the challenge of a sign-in. */
export const isSignedIn = (asking: Subject | Enrolling): asking is Subject => asking.id !== undefined;

/** A refusal; one for want of proof brings the challenge that can be answered for it. */
export async function refused({ mfa, asking }: RouteContext<"session" | "sign-in">, refusal: Refusal): Promise<HttpResponse> {
  if (refusal.reason !== "proof_needed") return toProblem(refusal);
  if (!isSignedIn(asking)) return problem("proof_needed", { body: { challenge: asking.challenge } });
  const { enabled } = await mfa.status(asking);
  // Before the first authenticator it is a delivered code that is wanted, and its message names what it is for.
  const { challenge, methods } = await mfa.challenge(asking, enabled ? {} : { purpose: OWN_PURPOSES.setup });
  return problem("proof_needed", { body: { challenge, methods } });
}

/** A grant as the body tells of it. */
export const grantOf = ({ grant, expiresIn, amr, acr }: Verified): WireGrant => ({ grant, expires_in: expiresIn, amr, acr });

/** An answer that bears a grant, which stands in the header too: `useStepUp` and its like read it from there on any route. */
export const withGrant = (
  { grant }: Verified,
  body: object,
  more: Pick<HttpResponse, "headers" | "cookies"> = { headers: {} },
): HttpResponse => ({
  ...json(200, { ...body }, { "MFA-Grant": grant, ...more.headers }),
  ...(more.cookies?.length ? { cookies: more.cookies } : {}),
});

/** The answer that ends a sign-in, with what the host adds to it: its own members stand, such as the life of its token. */
export async function signedIn(
  verified: Verified,
  session: string,
  hook: SignInHook,
  body: object,
  cookies: readonly string[] = [],
): Promise<HttpResponse> {
  const { subject, method, amr, acr } = verified;
  const started = (await hook.start({ subject, session, method, amr, acr })) ?? {};
  return withGrant(
    verified,
    { ...body, ...started.body },
    { headers: started.headers ?? {}, cookies: [...(started.cookies ?? []), ...cookies] },
  );
}

/** An authenticator, as it is shown to its owner. */
export const factorOf = ({ id, type, name, createdAt, lastUsedAt, short }: FactorInfo): WireFactor => ({
  id,
  type,
  name,
  created_at: createdAt.toISOString(),
  last_used_at: lastUsedAt?.toISOString() ?? null,
  ...(short ? { short } : {}),
});

/** A trusted device, as it is shown to its owner. */
export const deviceOf = ({ id, name, createdAt, expiresAt, lastUsedAt }: DeviceInfo): WireDevice => ({
  id,
  name,
  created_at: createdAt.toISOString(),
  expires_at: expiresAt.toISOString(),
  last_used_at: lastUsedAt?.toISOString() ?? null,
});
