import { ConfigError } from "../errors.ts";
import type { Amr } from "../factors/factor.ts";
import type { ChallengeClaims } from "../grants/challenge.ts";
import { boundClaims, isOf } from "../grants/grant.ts";
import type { TokenClaims } from "../grants/token.ts";
import { toSeconds } from "../internal/duration.ts";
import { bearerOf, type Engine, keyOf, methodsOf } from "./engine.ts";
import { checkGrant, type Earned, granted } from "./grants.ts";
import { type Walk, walk } from "./road.ts";
import type { Answer, Challenge, Demand, GrantCheck, Subject, Verification } from "./types.ts";

/** Seconds that a challenge can be answered. */
const CHALLENGE_LIFETIME = 300;

const LONGEST_CHALLENGE = 4_096;

/** A demand with its defaults, checked. */
interface CheckedDemand extends Demand {
  /** Seconds. */
  maxAge: number;
  once: boolean;
}

const NAMES: ReadonlySet<string> = new Set<keyof Demand>(["purpose", "bind", "maxAge", "methods", "once"]);

/** Whether something is a list of at least one string. */
export const isListOfText = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === "string");

/** What is wrong with a demand, if anything. A misspelt name must not demand less than was meant. */
function faultOf(demand: Demand): string | undefined {
  const { purpose, bind, maxAge = "5m", methods, once = false } = demand;
  const unknown = Object.keys(demand).find((name) => !NAMES.has(name));
  if (unknown !== undefined) return `A demand knows no "${unknown}"; it knows ${[...NAMES].join(", ")}.`;
  if (toSeconds(maxAge) === undefined) return `A demand's maxAge is a duration such as 300 or "5m"; got ${JSON.stringify(maxAge)}.`;
  if (purpose !== undefined && !/^[\x21-\x7e]{1,64}$/.test(purpose)) {
    return "A demand's purpose is 1 to 64 printable ASCII characters without spaces, such as booking.cancel.";
  }
  if (bind !== undefined && !isListOfText(bind)) {
    return "A demand's bind is a list of at least one string. With nothing in it the approval would be bound to nothing.";
  }
  if (methods !== undefined && !isListOfText(methods)) return "A demand's methods is a list of at least one method.";
  return typeof once === "boolean" ? undefined : "A demand's once is true or false.";
}

/** A demand, checked: a mistake in it is the program's, so it throws instead of refusing. */
export function checkDemand(demand: Demand = {}): CheckedDemand {
  const fault = faultOf(demand);
  if (fault !== undefined) throw new ConfigError(fault);
  return { ...demand, maxAge: toSeconds(demand.maxAge ?? "5m") as number, once: demand.once ?? false };
}

/** Issues a challenge. */
export async function issueChallenge(
  engine: Engine,
  claims: Omit<ChallengeClaims, "issued_at"> & { sub: string },
  methods: string[],
): Promise<Challenge> {
  const { challenges } = await engine.openKeys();
  const now = engine.clock();
  const issuedAt = Math.floor(now / 1000);
  const expiresAt = issuedAt + CHALLENGE_LIFETIME;
  const challenge = await challenges.sign({ ...claims, issued_at: now }, issuedAt, expiresAt);
  return { challenge, methods, expiresAt: new Date(expiresAt * 1000) };
}

/** A step-up challenge: carries what the guard asked, so that the answer yields the grant it will take. */
export async function challenge(engine: Engine, subject: Subject, asked?: Demand): Promise<Challenge> {
  const demand = checkDemand(asked);
  const record = await engine.store.read(keyOf(subject));
  const methods = methodsOf(record).filter((method) => demand.methods?.includes(method) ?? true);
  const claims = {
    use: "step-up" as const,
    ...boundClaims(bearerOf(subject), demand),
    epoch: record.epoch,
    amr: [],
    ...(demand.methods ? { methods: [...demand.methods] } : {}),
  };
  return await issueChallenge(engine, claims, methods);
}

/** Whether this answer may answer that challenge: it is of the kind that belongs here, and of the subject expected. */
function mayAnswer(claims: ChallengeClaims & TokenClaims, { subject, ...answer }: Answer & { challenge: string }): boolean {
  // A sign-in challenge never serves a session that exists, nor a step-up challenge a sign-in.
  if (subject) return claims.use === "step-up" && isOf(claims, bearerOf(subject));
  const { signingIn } = answer as { signingIn?: Pick<Subject, "id" | "tenant"> };
  if (signingIn && (claims.sub !== signingIn.id || claims.tenant !== (signingIn.tenant ?? ""))) return false;
  return claims.use === "sign-in";
}

async function openChallenge(engine: Engine, answer: Answer & { challenge: string }): Promise<(ChallengeClaims & TokenClaims) | undefined> {
  if (typeof answer.challenge !== "string" || answer.challenge.length > LONGEST_CHALLENGE) return undefined;
  const { challenges } = await engine.openKeys();
  const claims = await challenges.verify(answer.challenge, engine.clock());
  return claims && mayAnswer(claims, answer) ? claims : undefined;
}

/** Walks the road, and answers a right code with its grant. */
async function judged(engine: Engine, journey: Walk, bound: Earned["bound"], firstAmr: readonly Amr[]): Promise<Verification> {
  const authTime = Math.floor(engine.clock() / 1000);
  const arrived = await walk(engine, journey);
  if (!arrived.ok) return arrived;
  const { record, method, amr, recoveryCodesLeft } = arrived;
  const verified = await granted(engine, { bound, epoch: record.epoch, method, amr: [...firstAmr, ...amr], authTime });
  return { ...verified, ...(recoveryCodesLeft === undefined ? {} : { recoveryCodesLeft }) };
}

/** Judges a code: against a challenge, or for a subject who is signed in. */
export async function verify(engine: Engine, answer: Answer): Promise<Verification> {
  const { code } = answer;
  if (answer.challenge === undefined) {
    const { subject } = answer;
    const demand = checkDemand(answer.demand);
    const { methods, purpose } = demand;
    return await judged(engine, { who: keyOf(subject), code, methods, purpose }, boundClaims(bearerOf(subject), demand), []);
  }

  const claims = await openChallenge(engine, answer);
  if (!claims) return { ok: false, reason: "expired" };
  const { sub, tenant, epoch, methods, purpose, bind, exp, jti: id, issued_at: issuedAt } = claims;
  const session = answer.subject ? answer.subject.session : answer.session;
  const bound = {
    ...boundClaims({ tenant, subject: sub, session }, {}),
    ...(purpose === undefined ? {} : { purpose }),
    ...(bind === undefined ? {} : { bind }),
  };
  const challenge = { id, issuedAt, epoch, expiresAt: exp * 1000 };
  return await judged(engine, { who: { tenant, subject: sub }, code, methods, purpose, challenge }, bound, claims.amr);
}

/** Holds a grant against a demand. */
export async function verifyGrant(engine: Engine, grant: string, subject: Subject, asked?: Demand): Promise<GrantCheck> {
  const checked = await checkGrant(engine, grant, bearerOf(subject), checkDemand(asked));
  if (!checked) return { ok: false };
  const { method, amr, acr, auth_time, exp } = checked.claims;
  return { ok: true, method, amr: [...amr], acr, verifiedAt: new Date(auth_time * 1000), expiresAt: new Date(exp * 1000) };
}
