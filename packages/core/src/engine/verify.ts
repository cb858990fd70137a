import type { Amr } from "../factors/factor.ts";
import { boundClaims } from "../grants/grant.ts";
import { SHORT_SECRET } from "../otp/secret.ts";
import { plaintextLength } from "../secrets/seal.ts";
import { answering, challengeOver, issueChallenge, markOf, type OpenChallenge, signInChallenge, stepUpChallenge } from "./challenges.ts";
import { checkDemand } from "./demand.ts";
import { trustDevice } from "./devices.ts";
import { type Engine, methodsOf } from "./engine.ts";
import { type Earned, grantClaims, granted, meetsDemand } from "./grants.ts";
import type { Answer, Demand, Subject } from "./requests.ts";
import type { Challenge, GrantCheck, Verification } from "./results.ts";
import { type Walk, walk } from "./road.ts";
import { bearerOf, checked, keyOf } from "./subject.ts";

/** A step-up challenge: carries what the guard asked, so that the answer yields the grant it will take. */
export async function challenge(engine: Engine, subject: Subject, asked?: Demand): Promise<Challenge> {
  const demand = checkDemand(asked);
  const record = await engine.store.read(keyOf(subject));
  const methods = answering(engine, subject.amr ?? [], demand.methods);
  const claims = { use: "step-up" as const, ...boundClaims(bearerOf(subject), demand), epoch: record.epoch, amr: [], methods };
  return await issueChallenge(
    engine,
    claims,
    methodsOf(engine, record).filter((method) => methods.includes(method)),
  );
}

/** What a right code earns, beside what the road asks. */
interface Journey extends Walk {
  bound: Earned["bound"];
  /** How the first factor was proved; a sign-in has it. */
  firstAmr?: readonly Amr[];
  /** Trust this device. */
  device?: { name: string } | undefined;
}

/** Walks the road, and answers a right code with its grant. */
async function judged(engine: Engine, { bound, firstAmr = [], device, ...journey }: Journey): Promise<Verification> {
  const authTime = Math.floor(engine.clock() / 1000);
  const arrived = await walk(engine, journey);
  if (!arrived.ok) return arrived;
  const { factor, row, record, recoveryCodesLeft } = arrived;
  const { type: method, amr } = factor;
  // What stands in for a lost authenticator once stands in for no later sign-in.
  const trusts = !factor.weaker && factor.lane !== "recovery";
  const trusted = device && trusts ? await trustDevice(engine, journey.who, record.epoch, device) : undefined;
  return {
    ...(await granted(engine, { bound, epoch: record.epoch, method, amr: [...firstAmr, ...amr], authTime })),
    ...(recoveryCodesLeft === undefined ? {} : { recoveryCodesLeft }),
    ...(row && plaintextLength(row.secret) < SHORT_SECRET ? { reEnrol: true } : {}),
    ...(trusted ? { device: trusted } : {}),
  };
}

/** The challenge that this answer may answer: of the kind that belongs here, and of the subject expected. */
async function answerable(engine: Engine, answer: Answer & { challenge: string }): Promise<OpenChallenge | undefined> {
  // A sign-in challenge never serves a session that exists, nor a step-up challenge a sign-in.
  if (answer.subject) return await stepUpChallenge(engine, answer.challenge, answer.subject);
  const claims = await signInChallenge(engine, answer.challenge, { enrol: false });
  const { signingIn } = answer as { signingIn?: Pick<Subject, "id" | "tenant"> };
  if (signingIn && (claims?.sub !== signingIn.id || claims.tenant !== (signingIn.tenant ?? ""))) return undefined;
  return claims;
}

/** Judges a code: against a challenge, or for a subject who is signed in. */
export async function verify(engine: Engine, answer: Answer): Promise<Verification> {
  const { code, factorId } = answer;
  if (answer.challenge === undefined) {
    const { subject } = answer;
    const demand = checkDemand(answer.demand);
    const { methods, purpose } = demand;
    return await judged(engine, { who: keyOf(subject), code, factorId, methods, purpose, bound: boundClaims(bearerOf(subject), demand) });
  }

  const claims = await answerable(engine, answer);
  if (!claims) return await challengeOver(engine);
  const { sub, tenant, methods, purpose, bind, once, amr } = claims;
  const isSignIn = answer.subject === undefined;
  const session = answer.subject ? answer.subject.session : answer.session;
  return await judged(engine, {
    who: { tenant, subject: sub },
    code,
    factorId,
    methods,
    purpose,
    challenge: markOf(claims),
    bound: {
      ...boundClaims({ tenant, subject: sub, session }, {}),
      ...(purpose === undefined ? {} : { purpose }),
      ...(bind === undefined ? {} : { bind }),
      ...(once === undefined ? {} : { once }),
    },
    firstAmr: amr,
    device: isSignIn ? answer.device : undefined,
  });
}

/** Holds a grant against a demand. It checks the subject itself, so that a guard waits for no more than it has to. */
export async function verifyGrant(engine: Engine, grant: string, subject: Subject, asked?: Demand): Promise<GrantCheck> {
  const who = keyOf(checked(subject));
  const demand = checkDemand(asked);
  const found = grantClaims(engine, grant);
  const claims = found instanceof Promise ? await found : found;
  if (!claims || !meetsDemand(engine, claims, bearerOf(subject), demand)) return { ok: false };
  // The epoch ends grants at once when factors change, whatever their lifetime.
  if (engine.revokesAtOnce && (await engine.store.read(who)).epoch !== claims.epoch) return { ok: false };
  const { method, amr, acr, auth_time, exp, jti } = claims;
  if (demand.once && (await engine.store.spend({ id: jti, expiresAt: exp * 1000 }, engine.clock())) !== true) return { ok: false };
  return { ok: true, method, amr: [...amr], acr, verifiedAt: new Date(auth_time * 1000), expiresAt: new Date(exp * 1000) };
}
