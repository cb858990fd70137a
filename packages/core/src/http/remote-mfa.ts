import { decodeProtectedHeader } from "jose";
import type { z } from "zod";
import type { Mfa } from "../engine/mfa.ts";
import type { Demand, Subject } from "../engine/requests.ts";
import type { Status, Verification } from "../engine/results.ts";
import { bearerOf, checked } from "../engine/subject.ts";
import { ConfigError, EnrolmentMismatchError, refuseUnknown, StoreError } from "../errors.ts";
import { askerDigest } from "../grants/grant.ts";
import { safeUrl } from "../internal/safe-url.ts";
import { header } from "./message.ts";
import { refusalIn } from "./problem.ts";
import { remoteGrants } from "./remote-grants.ts";
import * as schemas from "./schemas.ts";
import type { GuardedRequest, RemoteMfa, StepUpMfa } from "./step-up.ts";
import type { ChallengeBody, ProblemBody, StatusAnswer } from "./wire.ts";

/** Milliseconds that the MFA service has for an answer. */
const PATIENCE = 5_000;

/** The options of `remoteMfa`. */
export interface RemoteMfaOptions {
  /** Where the MFA routes are mounted: `https://users.internal/auth/mfa`. `https:`, or `http:` on this machine. */
  url: string;
  /** Where the public keys are; `https:` likewise. @defaultValue `jwks.json` below `url` */
  jwks?: string;
  /** Also ask over `http:` on other machines, within a network of one's own that nobody else can reach. @defaultValue false */
  allowHttp?: boolean;
  /**
   * The header fields by which the MFA service knows who is asking; each guarded request's own are sent along when a
   * code is exchanged, and to `url` alone. @defaultValue ["authorization"]
   */
  forward?: readonly string[];
  /**
   * Notes that a grant is spent: true for the first who asks for an id, false ever after, at least until `keepUntil`, a day
   * past the grant's end; a `SET NX` in Redis, say. Guards with `once` need it. It is this service's own note: one that
   * keeps another knows nothing of it, nor does the MFA service.
   */
  spent?(id: string, keepUntil: Date): boolean | Promise<boolean>;
  /** Milliseconds since 1970. @defaultValue Date.now */
  clock?(): number;
}

function checkUrl(name: string, url: string, allowHttp: boolean): URL {
  const parsed = safeUrl(url, allowHttp);
  if (parsed) return parsed;
  throw new ConfigError(
    `remoteMfa: ${name} is where the MFA service is, such as https://users.internal/auth/mfa; got ${JSON.stringify(url)}. http: will do on ` +
      "this machine, elsewhere only with allowHttp: true, since whoever is in between could read credentials, and put keys of their own in place of the service's.",
  );
}

/** What a request of ours came back with. */
type Told<T> = { body: T } | { problem: ProblemBody };

/** A request to the MFA service; whatever is no answer of the protocol is a fault of that service's. */
async function ask<T>(url: string, headers: Record<string, string>, answer: z.ZodType<T>, body?: object): Promise<Told<T>> {
  const fault = (what: string, cause?: unknown): StoreError =>
    new StoreError(`The MFA service at ${url} ${what}, so the request is denied.`, cause === undefined ? {} : { cause });
  let status: number;
  let value: unknown;
  try {
    const response = await fetch(url, {
      method: body ? "POST" : "GET",
      headers: body ? { ...headers, "content-type": "application/json" } : headers,
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    ({ status } = response);
    value = await response.json();
  } catch (cause) {
    throw fault("did not answer", cause);
  }
  if (status === 200) {
    const judged = answer.safeParse(value);
    if (judged.success) return { body: judged.data };
    throw fault("answered what is not of its protocol");
  }
  const problem = schemas.problemBody.safeParse(value);
  if (!problem.success) throw fault(`answered ${status}`);
  return { problem: problem.data };
}

const statusOf = (told: StatusAnswer): Status => ({
  enabled: told.mfa_enabled,
  factors: told.factors.map(({ id, type, name, created_at, last_used_at, short }) => ({
    id,
    type,
    name,
    createdAt: new Date(created_at),
    ...(last_used_at === null ? {} : { lastUsedAt: new Date(last_used_at) }),
    short: short === true,
  })),
  methods: told.methods,
  recoveryCodesLeft: told.recovery_codes_left,
  ...(told.locked_until === undefined ? {} : { lockedUntil: new Date(told.locked_until) }),
  switchedOff: told.switched_off === true,
});

const challengeBody = ({ purpose, bind, once, methods }: Demand): ChallengeBody => ({
  ...(purpose === undefined ? {} : { purpose }),
  ...(bind === undefined ? {} : { bind: [...bind] }),
  ...(once === true ? { once } : {}),
  ...(methods === undefined ? {} : { methods: [...methods] }),
});

/**
 * The engine of another service, for the guards of one that has neither keys nor store. Grants are verified here, by
 * the public keys of that service, which has to sign them with EdDSA (`createMfa({ grants: { algorithm: "EdDSA" } })`);
 * codes and challenges are exchanged there, with the caller's own credentials. A change of factors there ends a
 * grant here when it expires. A service that does not answer denies (`StoreError`).
 *
 * Both services have to read the same user and session ids from the caller's credentials: grants and states are bound
 * to them, and what is another caller's denies (`ConfigError`).
 *
 * @throws ConfigError when an option makes no sense
 *
 * @example
 * ```ts
 * import { createStepUp, remoteMfa } from "@nightlatch/core/http";
 *
 * const stepUp = createStepUp(remoteMfa({ url: "https://users.internal/auth/mfa" }));
 * export const approval = stepUp({ purpose: "payment.approve", maxAge: "2m" });
 * ```
 */
export function remoteMfa({
  url,
  jwks,
  allowHttp = false,
  forward = ["authorization"],
  spent,
  clock = Date.now,
  ...unknown
}: RemoteMfaOptions): RemoteMfa {
  refuseUnknown("remoteMfa", unknown, "url, jwks, allowHttp, forward, spent and clock");
  const base = checkUrl("url", url, allowHttp).href.replace(/\/$/, "");
  const verifyGrant = remoteGrants(checkUrl("jwks", jwks ?? `${base}/jwks.json`, allowHttp), clock, spent);
  if (!Array.isArray(forward) || forward.length === 0 || forward.some((name) => typeof name !== "string")) {
    throw new ConfigError('remoteMfa: forward is a list of header fields by which the MFA service knows the caller, such as ["cookie"].');
  }

  const engineWith = (credentials: Record<string, string>): StepUpMfa => {
    const called = async <T>(path: string, answer: z.ZodType<T>, body?: object): Promise<Told<T>> =>
      await ask(base + path, credentials, answer, body);
    /** An answer where none of the user's doing can be refused. */
    const must = async <T>(path: string, answer: z.ZodType<T>, body?: object): Promise<T> => {
      const told = await called(path, answer, body);
      if ("body" in told) return told.body;
      if (told.problem.code === "enrolment_mismatch") throw missingThere(base);
      throw new StoreError(
        `The MFA service at ${base}${path} answered ${told.problem.code}, so the request is denied. ` +
          "It has to know the caller by the header fields that remoteMfa forwards.",
      );
    };
    const challenge: Mfa["challenge"] = async (_subject, demand = {}) => {
      const { challenge, methods = [], expires_at } = await must("/challenge", schemas.challengeAnswer, challengeBody(demand));
      return { challenge, methods, expiresAt: new Date(expires_at) };
    };
    // Under `once` the code is spent on the request itself, and its grant goes no further than here.
    const exchange = async (subject: Subject, code: string, { once: _, ...demand }: Demand): Promise<Verification> => {
      const asked = challengeBody(demand);
      const answers = Object.keys(asked).length > 0 ? { challenge: (await challenge(subject, demand)).challenge } : {};
      const told = await called("/verify", schemas.verifyAnswer, { code, ...answers });
      if ("problem" in told) {
        const refusal = refusalIn(told.problem);
        if (refusal) return refusal;
        throw new StoreError(`The MFA service at ${base} answered ${told.problem.code} to a code, so the request is denied.`);
      }
      const { grant, expires_in: expiresIn } = told.body;
      // RFC 9470 §6: what was achieved is looked at here, whatever the other service says of it.
      const check = await verifyGrant(grant, subject, demand);
      if (!check.ok) throw foreignGrant(grant);
      const { method, amr, acr, expiresAt } = check;
      const { id, tenant } = subject;
      return { ok: true, subject: { id, ...(tenant === undefined ? {} : { tenant }) }, method, amr, acr, grant, expiresAt, expiresIn };
    };
    return {
      verifyGrant,
      challenge,
      async status(subject) {
        const asker = askerDigest(bearerOf(checked(subject)));
        const told = await must("/status", schemas.statusAnswer);
        // What says that no proof is needed has to be said of whoever the guard lets pass.
        if (told.asker !== asker) throw foreignStatus();
        if (subject.enrolled && !told.mfa_enabled && told.switched_off !== true) throw missingThere(base);
        return statusOf(told);
      },
      async verify(answer) {
        if (!answer.subject || answer.challenge !== undefined) {
          throw new ConfigError("remoteMfa verifies codes for guards alone. A challenge is answered at the MFA service's own /verify.");
        }
        return await exchange(answer.subject, answer.code, answer.demand ?? {});
      },
    };
  };

  return Object.freeze({
    spends: spent !== undefined,
    forRequest(request: GuardedRequest) {
      const fields = forward.map((name) => [name, header(request, name.toLowerCase())] as const);
      return engineWith(Object.fromEntries(fields.filter((field): field is readonly [string, string] => field[1] !== undefined)));
    },
  } satisfies RemoteMfa);
}

/** Why nobody passes who has no factor there, and should have one. */
const missingThere = (base: string): EnrolmentMismatchError =>
  new EnrolmentMismatchError(
    `This user is enrolled in the host's eyes, and the MFA service at ${base} holds no authenticator, so nothing is allowed that needs none.`,
  );

/** Why a status does not hold here. */
const foreignStatus = (): ConfigError =>
  new ConfigError(
    "The MFA service told of another caller's status: both services have to read the same user, tenant and session ids from the caller's credentials, " +
      "and from the same header field where several are forwarded.",
  );

/** Why the grant of a code that was right does not hold here: a mistake in how the two services are set up. */
function foreignGrant(grant: string): ConfigError {
  return decodeProtectedHeader(grant).alg === "EdDSA"
    ? new ConfigError(
        "The MFA service granted what does not hold here: both services have to read the same user, tenant and session ids from the caller's credentials.",
      )
    : new ConfigError(
        'The MFA service signs grants with HS256, which nobody else can verify. Set it up with createMfa({ grants: { algorithm: "EdDSA" } }).',
      );
}
