import type { Method } from "../factors/factor.ts";
import type { ChallengeClaims } from "../grants/challenge.ts";
import { isOf } from "../grants/grant.ts";
import type { TokenClaims } from "../grants/token.ts";
import type { ChallengeMark, OneTimeId } from "../stores/store.ts";
import type { Engine } from "./engine.ts";
import { opened } from "./grants.ts";
import type { Enrolling, Subject } from "./requests.ts";
import type { Challenge, Refusal } from "./results.ts";
import { bearerOf } from "./subject.ts";

/** Seconds that a challenge can be answered. */
const LIFETIME = 300;

/** Seconds that somebody has who must find an authenticator app first. */
const ENROLMENT_LIFETIME = 900;

/** The claims of a challenge of ours. */
export type OpenChallenge = ChallengeClaims & TokenClaims;

/**
 * Issues a challenge.
 *
 * @param methods - those to tell of: what may answer stands in the claims, whether the subject holds it or not,
 * so that a wrong code counts alike for everybody
 */
export async function issueChallenge(
  engine: Engine,
  claims: Omit<ChallengeClaims, "issued_at"> & { sub: string },
  methods: Method[],
): Promise<Challenge> {
  const { challenges } = await engine.recentKeys();
  const now = engine.clock();
  const issuedAt = Math.floor(now / 1000);
  const expiresAt = issuedAt + (claims.enrol ? ENROLMENT_LIFETIME : LIFETIME);
  const challenge = await challenges.sign({ ...claims, issued_at: now }, issuedAt, expiresAt);
  return { challenge, methods, expiresAt: new Date(expiresAt * 1000) };
}

/** What the road has to know of a challenge, to see whether it is alive and to spend it. */
export const markOf = ({ jti, issued_at, epoch, exp }: OpenChallenge): ChallengeMark & OneTimeId => ({
  id: jti,
  issuedAt: issued_at,
  epoch,
  expiresAt: exp * 1000,
});

/** The answer to a code whose challenge is over, or none of ours: counted with the others, though no code was judged. */
export const challengeOver = (engine: Engine, purpose?: string): Promise<Refusal> =>
  engine.judging(purpose, async (): Promise<Refusal> => ({ ok: false, reason: "expired" }));

/**
 * A step-up challenge of this very subject and session.
 *
 * @param purpose - what it is answered for now: one that was asked for something else will not do
 */
export async function stepUpChallenge(
  engine: Engine,
  token: unknown,
  subject: Subject,
  purpose?: string,
): Promise<OpenChallenge | undefined> {
  const claims = await opened(engine, ({ challenges }) => challenges, token);
  if (claims?.use !== "step-up" || !isOf(claims, bearerOf(subject))) return undefined;
  const isForElse = purpose !== undefined && (claims.bind !== undefined || (claims.purpose ?? purpose) !== purpose);
  return isForElse ? undefined : claims;
}

/** A sign-in's challenge; one that is answered by enrolling and one that is not never stand for each other. */
export async function signInChallenge(engine: Engine, token: unknown, { enrol }: { enrol: boolean }): Promise<OpenChallenge | undefined> {
  const claims = await opened(engine, ({ challenges }) => challenges, token);
  return claims?.use === "sign-in" && (claims.enrol === true) === enrol ? claims : undefined;
}

/** Who is enrolling: somebody who is signed in, or whose sign-in waits for it. */
export interface Enroller {
  subject: Subject;
  /** The sign-in that waits. */
  signingIn?: OpenChallenge;
}

/** Somebody signed in enrols as they are; somebody who is not, by the challenge of a sign-in that wants it. */
export async function enroller(engine: Engine, who: Subject | Enrolling): Promise<Enroller | undefined> {
  if (who.id !== undefined) return { subject: who };
  const claims = await signInChallenge(engine, who.challenge, { enrol: true });
  if (!claims) return undefined;
  const { sub: id, tenant, name } = claims;
  const subject = {
    id,
    ...(tenant ? { tenant } : {}),
    ...(name === undefined ? {} : { name }),
    ...(who.session === undefined ? {} : { session: who.session }),
  };
  return { subject, signingIn: claims };
}

/**
 * The methods that may answer: those wanted, but none that was the first factor already, since the same
 * mailbox twice is one factor.
 */
export const answering = ({ factors }: Engine, first: readonly string[], wanted?: readonly Method[]): Method[] =>
  factors.map(({ type }) => type).filter((type) => !first.includes(type) && (wanted?.includes(type) ?? true));
