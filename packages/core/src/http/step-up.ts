import { checkDemand, isListOfText } from "../engine/demand.ts";
import { ACR } from "../engine/engine.ts";
import type { Demand, Mfa, Subject, Verification } from "../engine/types.ts";
import { ConfigError } from "../errors.ts";
import { answerFault, checkOptions, type HttpOptions } from "./handler.ts";
import { type HttpRequest, type HttpResponse, header } from "./message.ts";
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

/** The guard's verdict: pass, with headers for the route's own response, or a refusal to send instead. */
export type Verdict = { pass: true; headers: Readonly<Record<string, string>> } | { pass: false; response: HttpResponse };

/** What a guard reads of a request: never its body, which is the route's own. */
export type GuardedRequest = Pick<HttpRequest, "method" | "headers">;

/** Judges one request to a guarded route. */
export type Guard = (request: GuardedRequest, subject: () => Promise<Subject | undefined>, bind?: readonly string[]) => Promise<Verdict>;

const refuse = (response: HttpResponse): Verdict => ({ pass: false, response });
const PASS: Verdict = Object.freeze({ pass: true, headers: Object.freeze({}) });

/**
 * The step-up guard behind every adapter's `stepUp`. A request passes with a grant in `MFA-Grant` that meets
 * the demand, or a code in `X-MFA-Code`, which also earns a grant for next time. Otherwise it is refused as
 * RFC 9470 says, with a challenge whose answer at `/verify` yields the grant that this very guard will take;
 * but for `maxAge: 0`, which takes no grant, only a code with the request itself.
 *
 * @throws ConfigError when the demand makes no sense
 */
export function createStepUp(mfa: Mfa, httpOptions?: HttpOptions): (options?: StepUpOptions) => Guard {
  const { origins, onError } = checkOptions(httpOptions);
  return ({ ifNotEnrolled = "deny", ...options } = {}) => {
    if (ifNotEnrolled !== "allow" && ifNotEnrolled !== "deny") {
      throw new ConfigError(`stepUp: ifNotEnrolled is "allow" or "deny"; got ${JSON.stringify(ifNotEnrolled)}.`);
    }
    const { maxAge, once, methods } = checkDemand(options);

    const byGrant = async (request: GuardedRequest, subject: Subject, demand: Demand): Promise<boolean> => {
      const grant = header(request, "mfa-grant");
      // `maxAge: 0` wants a code with this very request.
      if (grant === undefined || maxAge === 0) return false;
      return (await mfa.verifyGrant(grant, subject, demand))?.ok === true;
    };

    const byCode = async (code: string, subject: Subject, demand: Demand): Promise<Verdict> => {
      const verification: Verification = await mfa.verify({ subject, demand, code });
      // Nothing but a verification that says so lets anyone pass.
      if (verification?.ok !== true) return refuse(verification?.ok === false ? toProblem(verification) : problem("code_invalid"));
      // RFC 9470 §4: what was achieved is checked, not what was asked.
      if (methods && !methods.includes(verification.method)) return refuse(problem("step_up_required", { maxAge }));
      // Under `once` the code has been spent on this request, and no grant is left over for another.
      return { pass: true, headers: once ? {} : { "MFA-Grant": verification.grant, "Cache-Control": "no-store" } };
    };

    const challenged = async (subject: Subject, demand: Demand): Promise<Verdict> => {
      // The header's facts stand in the body too, since browsers hide the header across origins.
      const facts = { acr_values: ACR, max_age: maxAge, ...(demand.purpose === undefined ? {} : { purpose: demand.purpose }) };
      // With `maxAge: 0` no grant will do, so there is no challenge to earn one by: only a code with the request.
      if (maxAge === 0) return refuse(problem("step_up_required", { maxAge, body: facts }));
      const { challenge, methods: answerable } = await mfa.challenge(subject, demand);
      return refuse(problem("step_up_required", { maxAge, body: { ...facts, challenge, methods: answerable } }));
    };

    const judge = async (request: GuardedRequest, subject: Subject, demand: Demand): Promise<Verdict> => {
      if (await byGrant(request, subject, demand)) return PASS;
      const { enabled, methods: held, switchedOff } = await mfa.status(subject);
      if (switchedOff === true) return PASS;
      if (enabled === false) return ifNotEnrolled === "allow" ? PASS : refuse(problem("enrolment_required"));
      if (methods && !methods.some((method) => held.includes(method))) return refuse(problem("enrolment_required"));
      const code = header(request, "x-mfa-code");
      return code === undefined ? await challenged(subject, demand) : await byCode(code, subject, demand);
    };

    return async (request, subjectOf, bind) => {
      try {
        const bearsCode = request.headers["x-mfa-code"] !== undefined;
        if (isForeign(request, origins, { evenSafe: bearsCode })) return refuse(problem("origin_refused"));
        const subject = await subjectOf();
        if (!subject) return refuse(problem("unauthenticated"));
        // What an approval is bound to comes from the request, so a part that is missing is the caller's to mend.
        if (bind !== undefined && !isListOfText(bind)) return refuse(problem("binding_invalid"));
        return await judge(request, subject, bind === undefined ? options : { ...options, bind });
      } catch (error) {
        return refuse(answerFault(error, onError));
      }
    };
  };
}
