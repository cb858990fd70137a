import { ACR } from "../engine/acr.ts";
import { fixDemand, isListOfText } from "../engine/demand.ts";
import type { Mfa } from "../engine/mfa.ts";
import type { Demand, Subject } from "../engine/requests.ts";
import type { GrantCheck, Verification } from "../engine/results.ts";
import { ConfigError } from "../errors.ts";
import type { Amr, Method } from "../factors/factor.ts";
import { grantCookie, grantInCookie } from "./cookies.ts";
import { type HttpRequest, type HttpResponse, header } from "./message.ts";
import { answerFault, checkOptions, type HttpOptions } from "./options.ts";
import { isForeign } from "./origin.ts";
import { problem, toProblem } from "./problem.ts";

/** What a guarded route demands. */
export interface StepUpOptions extends Omit<Demand, "bind"> {
  /**
   * What to do about a subject with no authenticator: refuse with `enrolment_required`, or let it pass
   * where two-step verification is each user's own choice. @defaultValue "deny"
   */
  ifNotEnrolled?: "allow" | "deny";
}

/** How a request that passed was proved; nothing where none was needed. */
export interface StepUpProof {
  by: "grant" | "code";
  method: Method;
  amr: readonly Amr[];
  acr: string;
}

/** The guard's verdict: pass, with headers and cookies for the route's own response, or a refusal to send instead. */
export type Verdict =
  | { pass: true; headers: Readonly<Record<string, string>>; cookies?: readonly string[]; proof?: StepUpProof }
  | { pass: false; response: HttpResponse };

/** What a guard asks of an engine. */
export type StepUpMfa = Pick<Mfa, "status" | "challenge" | "verify" | "verifyGrant">;

/** An engine in another service: each request's own credentials are what it is asked with. */
export interface RemoteMfa {
  /** Whether a grant can be spent here, which a guard with `once` needs. */
  readonly spends: boolean;
  /** What guards this request, with what the request brings for the other service. */
  forRequest(request: GuardedRequest): StepUpMfa;
}

/** What a guard reads of a request: never its body, which is the route's own. */
export type GuardedRequest = Pick<HttpRequest, "method" | "headers">;

/**
 * Judges one request to a guarded route. Who is asking is asked of the host for no page of a foreign site, and what the
 * approval is bound to for nobody who is not signed in.
 */
export type Guard = (
  request: GuardedRequest,
  subject: () => Asker | Promise<Asker>,
  bind?: () => Bound | Promise<Bound>,
) => Promise<Verdict>;

/** What the approval of one request is bound to. Nothing, where it should be, is a request that is refused. */
export type Bound = readonly string[] | undefined | null;

/** Who is asking, as a host says it; nothing when nobody is signed in. */
export type Asker = Subject | undefined | null | false;

const refuse = (response: HttpResponse): Verdict => ({ pass: false, response });
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
const PASS: Verdict = Object.freeze({ pass: true, headers: NO_HEADERS });

const passedBy = ({ method, amr, acr }: Extract<GrantCheck, { ok: true }>): Verdict => ({
  pass: true,
  headers: NO_HEADERS,
  proof: { by: "grant", method, amr, acr },
});

const isPending = (asked: Asker | Promise<Asker>): asked is Promise<Asker> =>
  typeof asked === "object" && asked !== null && "then" in asked;

/**
 * The step-up guard behind every adapter's `stepUp`. A request passes with a grant in `MFA-Grant` that meets
 * the demand, or a code in `X-MFA-Code`, which also earns a grant for next time. Otherwise it is refused as
 * RFC 9470 says, with a challenge whose answer at `/verify` yields the grant that this very guard will take;
 * but for `maxAge: 0`, which takes no grant, only a code with the request itself.
 *
 * @param mfa - the engine, or `remoteMfa` for a service that has none
 * @throws ConfigError when an option or the demand makes no sense
 *
 * @example
 * ```ts
 * import type { Mfa, Subject } from "@nightlatch/core";
 * import { createStepUp, type GuardedRequest } from "@nightlatch/core/http";
 *
 * export async function mayCancel(mfa: Mfa, request: GuardedRequest, user: Subject | undefined, booking: string) {
 *   const guard = createStepUp(mfa)({ purpose: "booking.cancel" });
 *   const verdict = await guard(request, () => user, () => [booking]);
 *   return verdict.pass ? verdict.headers : verdict.response;
 * }
 * ```
 */
export function createStepUp(mfa: StepUpMfa | RemoteMfa, httpOptions?: HttpOptions): (options?: StepUpOptions) => Guard {
  const { origins, onError, grantCookie: keepsGrants } = checkOptions(httpOptions);
  const engineFor = "forRequest" in mfa ? mfa.forRequest : () => mfa;
  return ({ ifNotEnrolled = "deny", ...options } = {}) => {
    if (ifNotEnrolled !== "allow" && ifNotEnrolled !== "deny") {
      throw new ConfigError(`stepUp: ifNotEnrolled is "allow" or "deny"; got ${JSON.stringify(ifNotEnrolled)}.`);
    }
    const wanted = fixDemand(options);
    const { maxAge, once, methods, purpose } = wanted;
    if (once && "spends" in mfa && !mfa.spends) {
      throw new ConfigError("stepUp: once needs somewhere to note that a grant is spent: give remoteMfa a `spent` function.");
    }

    // A cookie or a code that a page sends is judged by where the page is, also on a GET.
    const isElsewhere = (request: GuardedRequest): boolean =>
      isForeign(request, origins, {
        evenSafe: request.headers["x-mfa-code"] !== undefined || (keepsGrants && grantInCookie(request) !== undefined),
      });

    /** The engine's word on the grant that a request shows; nothing where it shows none. */
    const checkGrant = (request: GuardedRequest, subject: Subject, demand: Demand): Promise<GrantCheck> | undefined => {
      const grant = header(request, "mfa-grant") ?? (keepsGrants ? grantInCookie(request) : undefined);
      // `maxAge: 0` wants a code with this very request.
      return grant === undefined || maxAge === 0 ? undefined : engineFor(request).verifyGrant(grant, subject, demand);
    };

    const byCode = async (request: GuardedRequest, code: string, subject: Subject, demand: Demand): Promise<Verdict> => {
      const verification: Verification = await engineFor(request).verify({ subject, demand, code });
      // Nothing but a verification that says so lets anyone pass.
      if (verification?.ok !== true) return refuse(verification?.ok === false ? toProblem(verification) : problem("code_invalid"));
      const { method, amr, acr, grant } = verification;
      // RFC 9470 §6: what was achieved is checked, not what was asked.
      if (methods && !methods.includes(method)) return refuse(problem("step_up_required", { maxAge }));
      const proof = { by: "code", method, amr, acr } as const;
      // Under `once` the code has been spent on this request, and no grant is left over for another.
      if (once) return { pass: true, headers: NO_HEADERS, proof };
      const cookie = keepsGrants ? grantCookie(grant) : undefined;
      const headers = { "MFA-Grant": grant, "Cache-Control": "no-store" };
      return { pass: true, headers, proof, ...(cookie === undefined ? {} : { cookies: [cookie] }) };
    };

    const challenged = async (request: GuardedRequest, subject: Subject, demand: Demand): Promise<Verdict> => {
      // The header's facts stand in the body too, since browsers hide the header across origins.
      const facts = { acr_values: ACR, max_age: maxAge, ...(purpose === undefined ? {} : { purpose }) };
      // With `maxAge: 0` no grant will do, so there is no challenge to earn one by: only a code with the request.
      if (maxAge === 0) return refuse(problem("step_up_required", { maxAge, body: facts }));
      const { challenge, methods: answerable } = await engineFor(request).challenge(subject, demand);
      return refuse(problem("step_up_required", { maxAge, body: { ...facts, challenge, methods: answerable } }));
    };

    const withoutGrant = async (request: GuardedRequest, subject: Subject, demand: Demand): Promise<Verdict> => {
      const { enabled, methods: held, switchedOff } = await engineFor(request).status(subject);
      if (switchedOff === true) return PASS;
      if (enabled === false) return ifNotEnrolled === "allow" ? PASS : refuse(problem("enrolment_required"));
      if (methods && !methods.some((method) => held.includes(method))) return refuse(problem("enrolment_required"));
      const code = header(request, "x-mfa-code");
      return code === undefined ? await challenged(request, subject, demand) : await byCode(request, code, subject, demand);
    };

    /** Judges what is bound. It comes from the request, so a part that is missing is the caller's to mend, and opens nothing. */
    const bound = async (request: GuardedRequest, subject: Subject, bindOf: () => Bound | Promise<Bound>): Promise<Verdict> => {
      const bind = await bindOf();
      if (!isListOfText(bind)) return refuse(problem("binding_invalid"));
      const demand = { ...wanted, bind };
      const check = await checkGrant(request, subject, demand);
      return check?.ok === true ? passedBy(check) : await withoutGrant(request, subject, demand);
    };

    return async (request, subjectOf, bindOf) => {
      try {
        if (isElsewhere(request)) return refuse(problem("origin_refused"));
        const asked = subjectOf();
        // Every await is a turn of its own: where a grant holds, the engine's is the only one.
        const subject = isPending(asked) ? await asked : asked;
        if (!subject) return refuse(problem("unauthenticated"));
        if (bindOf) return await bound(request, subject, bindOf);
        const check = await checkGrant(request, subject, wanted);
        return check?.ok === true ? passedBy(check) : await withoutGrant(request, subject, wanted);
      } catch (error) {
        return refuse(answerFault(error, onError));
      }
    };
  };
}
