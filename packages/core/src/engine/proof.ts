import type { Factor } from "../factors/factor.ts";
import type { SubjectRecord, SubjectState } from "../stores/store.ts";
import { challengeOver, markOf, stepUpChallenge } from "./challenges.ts";
import { confirmed, type Engine } from "./engine.ts";
import { type Earned, grantClaims, meetsDemand } from "./grants.ts";
import { denyMissing } from "./mismatch.ts";
import type { Proof, Subject } from "./requests.ts";
import type { Refusal } from "./results.ts";
import { walk } from "./road.ts";
import { bearerOf, keyOf } from "./subject.ts";

/** A proof that holds: with what a fresh grant in its place is made of. */
export interface Proven extends Omit<Earned, "bound"> {
  ok: true;
  by: "code" | "grant";
  /** What the subject had when it was proved. */
  record: SubjectRecord;
}

/** Whether a proof is a code; anything but an object is none. */
export const isCodeProof = (proof: Proof | undefined): proof is Extract<Proof, { code: string }> =>
  typeof proof === "object" && proof !== null && "code" in proof;

/** The methods that prove a change of factors: a weaker one must not put a stronger one aside. */
const proving = ({ factors }: Engine): Factor["type"][] => factors.filter(({ weaker }) => !weaker).map(({ type }) => type);

/**
 * The epoch of a grant that proves: fresh, and of a method that is strong enough. One that was earned for a purpose
 * meets no demand without one, so an approved payment can't switch MFA off.
 */
export async function provenByGrant(
  engine: Engine,
  subject: Subject,
  grant: unknown,
): Promise<{ proven: Proven | undefined; state: SubjectState }> {
  const claims = await grantClaims(engine, grant);
  const isProof = claims && meetsDemand(engine, claims, bearerOf(subject), { maxAge: engine.proofMaxAge, methods: proving(engine) });
  const state = await engine.store.read(keyOf(subject));
  if (!isProof || claims.epoch !== state.epoch) return { proven: undefined, state };
  const { epoch, method, amr, auth_time: authTime } = claims;
  return { proven: { ok: true, record: state, by: "grant", epoch, method, amr, authTime }, state };
}

/** A second factor, proved now or moments ago: what every change of an enrolled subject's factors needs. */
export async function prove(engine: Engine, subject: Subject, proof: Proof | undefined, purpose: string): Promise<Proven | Refusal> {
  if (isCodeProof(proof)) {
    const { code, factorId, challenge: token } = proof;
    const challenge = token === undefined ? undefined : await stepUpChallenge(engine, token, subject, purpose);
    if (token !== undefined && !challenge) return await challengeOver(engine, purpose);
    const arrived = await walk(engine, {
      who: keyOf(subject),
      code,
      factorId,
      methods: proving(engine),
      purpose,
      ...(challenge ? { challenge: markOf(challenge) } : {}),
    });
    if (!arrived.ok) return arrived;
    const { factor, record } = arrived;
    const authTime = Math.floor(engine.clock() / 1000);
    return { ok: true, record, by: "code", epoch: record.epoch, method: factor.type, amr: factor.amr, authTime };
  }
  const { proven, state } = await provenByGrant(engine, subject, (proof as { grant?: unknown } | undefined)?.grant);
  if (confirmed(state).length === 0) {
    await denyMissing(engine, subject);
    return { ok: false, reason: "not_enrolled" };
  }
  return proven ?? { ok: false, reason: "proof_needed" };
}
