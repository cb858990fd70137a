import type { MfaClient } from "./create-client.ts";
import { claimsOf, problemOf } from "./decode.ts";
import type { DemandFacts, MfaProblem } from "./problem.ts";
import { type Asked, putQuestion, questionsOf, waitFor } from "./questions.ts";
import { type AskStepUp, type StepUpAbout, StepUpReplayError } from "./step-up.ts";

/** The options of `createStepUpFetch`. */
export interface StepUpFetchOptions {
  /** @defaultValue the global `fetch` */
  fetch?: typeof fetch;
  /** Origins beside the page's and the endpoint's own that may be sent a grant. */
  origins?: readonly string[];
  /** What the person is told, by the demand and the request; or the same for each. */
  about?: StepUpAbout | ((demand: DemandFacts, request: { url: string; method: string }) => StepUpAbout | undefined);
}

type Send = (proof?: Record<string, string | undefined>) => Promise<Response>;

/** The problem that a response tells of. It is read off a copy: the response is the caller's. */
async function problemIn(response: Response, client: MfaClient): Promise<MfaProblem | undefined> {
  if (response.ok || response.redirected || !/json/.test(response.headers.get("Content-Type") ?? "")) return undefined;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return problemOf(body, response.status, client.now(), response.headers.get("Retry-After"));
}

/** What a guard's refusal demands: in the body, else in `WWW-Authenticate` (RFC 9470 §3). Where a redirect led is no guard of ours. */
async function demandIn(response: Response, client: MfaClient): Promise<DemandFacts | undefined> {
  if (response.status !== 401 || response.redirected) return undefined;
  const problem = await problemIn(response, client);
  if (problem) return problem.code === "step_up_required" ? problem : undefined;
  const header = response.headers.get("WWW-Authenticate") ?? "";
  if (!header.includes("insufficient_user_authentication")) return undefined;
  const maxAge = /max_age="?(\d+)/.exec(header)?.[1];
  return { methods: [], ...(maxAge && { maxAge: Number(maxAge) }) };
}

const followed = (input: RequestInfo | URL, init?: RequestInit): boolean =>
  (init?.redirect ?? (input instanceof Request ? input.redirect : "follow")) === "follow";

/** Makes the request, and makes it again; of a `Request` it is a copy that goes out. */
function repeatable(input: RequestInfo | URL, init: RequestInit | undefined, send: typeof fetch): Send {
  return (proof = {}) => {
    const isRequest = input instanceof Request;
    const headers = new Headers(init?.headers ?? (isRequest ? input.headers : {}));
    const proofs = Object.entries(proof).filter(([, value]) => value) as [string, string][];
    for (const [name, value] of proofs) headers.set(name, value);
    // A redirect takes every header field but `Authorization` along, to whatever origin (Fetch §4.5).
    const redirect = proofs.length > 0 && followed(input, init) ? ({ redirect: "error" } as const) : {};
    return send(isRequest ? input.clone() : input, { ...init, ...redirect, headers });
  };
}

/**
 * A `fetch` for guarded routes. A request that a guard refuses is held while `ask` has a code entered, and then repeated
 * once with the grant that the code earned; the guard refused it before the route acted, so it acts once. Requests that
 * want the same share one question; others are asked about one after another. Under `maxAge: 0` the code goes with the
 * request itself, and each request has its own.
 *
 * A demand is first tried with the client's grant, so that a fresh one is not asked for again; but only at the origins of
 * the page and the endpoint, and at `origins`. Others are never asked a code for.
 *
 * Neither a grant nor a code goes along with a redirect: requests that bear one are made with `redirect: "error"`, so a
 * guarded route has to answer without one. Requests without either follow redirects, and what they lead to is handed back
 * as it is, whatever it demands. With `redirect: "error"` or `"manual"` of the caller's own the grant goes along at once,
 * which saves the request that would have been refused.
 *
 * @throws StepUpCancelledError when the person would not confirm, or what else `ask` rejects with
 * @throws StepUpReplayError when the request can't be repeated, since its body is a stream; nobody is asked then
 *
 * @example
 * ```ts
 * import { createMfaClient, createStepUpFetch, StepUpCancelledError } from "@nightlatch/react/client";
 *
 * const mfa = createMfaClient({ endpoint: "/auth/mfa" });
 * const guarded = createStepUpFetch(mfa, async ({ submit }) => {
 *   let problem: unknown;
 *   do {
 *     const code = prompt(problem ? "That was not right. The code?" : "The code from your authenticator app?");
 *     if (code === null) throw new StepUpCancelledError();
 *     problem = await submit(code);
 *   } while (problem);
 * });
 * await guarded("/bookings/7", { method: "DELETE" });
 * ```
 */
export function createStepUpFetch(client: MfaClient, ask: AskStepUp, options: StepUpFetchOptions = {}): typeof fetch {
  const { fetch: send = (...request) => fetch(...request), origins = [], about } = options;
  const { open } = questionsOf(ask);

  const page = (): string | undefined => globalThis.location?.href;
  const trusts = (url: string): boolean => {
    const { origin } = new URL(url, page() ?? client.endpoint);
    return [page(), new URL(client.endpoint, page()).href].some((own) => own && new URL(own).origin === origin) || origins.includes(origin);
  };

  const aboutOf = (demand: DemandFacts, request: { url: string; method: string }): StepUpAbout =>
    (typeof about === "function" ? about(demand, request) : about) ?? {};

  /** What is wrong with the code that came with a request, so that the guard has not let it act; nothing else is the code's. */
  const ofCode = async (response: Response): Promise<MfaProblem | undefined> => {
    const problem = await problemIn(response, client);
    return /^(code_|locked)/.test(problem?.code ?? "") ? problem : undefined;
  };

  /** Has a refused request answered for, and makes it again. */
  async function answer(
    first: Response,
    request: Send,
    told: (demand: DemandFacts) => StepUpAbout,
    signal: AbortSignal | null | undefined,
  ) {
    /**
     * An answer that may have been acted on is the request's own: it ends the question, and nothing is repeated. That
     * goes for one that never came, too.
     */
    let own: Promise<Response> | undefined;
    const attempt = async <T>(asked: Asked, proof: Record<string, string>, isRefused: (response: Response) => Promise<T | undefined>) => {
      const sent = request(proof);
      const refused = await sent.then(isRefused, () => undefined);
      if (refused === undefined) {
        own = sent;
        asked.controller.abort();
      }
      return refused;
    };

    /** The code goes with the request, which each has to itself. */
    const inline = (demand: DemandFacts): Asked =>
      putQuestion(client, ask, demand, told(demand), (asked, code) => attempt(asked, { "X-MFA-Code": code }, ofCode));

    /** A question of this request's own, whose answer those who want the same wait for too. */
    const shared = (demand: DemandFacts, key: string): Asked => {
      const asked = putQuestion(client, ask, demand, told(demand), async (asked, code, signal, proof) => {
        const judge = () =>
          client.verify({ code, ...proof, ...(asked.challenge && { challenge: asked.challenge }) }, signal ? { signal } : {});
        let result = await judge();
        if (!result.ok && result.problem.code === "challenge_expired") {
          // It was left open too long, or a lock has ended: the refusal of the same request brings a new challenge.
          const again = await attempt(asked, {}, (response) => demandIn(response, client));
          if (!again) return undefined;
          asked.challenge = again.challenge;
          result = await judge();
        }
        if (!result.ok) return result.problem;
        asked.grant = result.answer.grant;
        return undefined;
      });
      open.set(key, asked);
      const close = (): void => {
        if (open.get(key) === asked) open.delete(key);
      };
      asked.answered.then(close, close);
      return asked;
    };

    let response = first;
    // Another one's answer may not do for this request: then it is asked about for itself.
    for (let isDone = false; !isDone; ) {
      const demand = await demandIn(response, client);
      if (!demand) break;
      const { purpose, bind, methods } = claimsOf(demand.challenge);
      const key = JSON.stringify([demand.maxAge, demand.purpose, purpose, bind, methods, demand.methods]);
      const there = open.get(key);
      const asked = demand.maxAge === 0 ? inline(demand) : (there ?? shared(demand, key));
      await waitFor(asked, signal).catch((error: unknown) => {
        if (!own) throw error;
      });
      if (own) return await own;
      isDone = asked !== there && !asked.skipped;
      if (asked.grant) response = await request({ "MFA-Grant": asked.grant });
    }
    return response;
  }

  return async (input, init) => {
    const { url, method, signal } = input instanceof Request ? input : { url: String(input), method: "GET", signal: undefined };
    const request = repeatable(input, init, send);
    if (!trusts(url)) return await request();
    const guarded: Send = async (proof) => {
      const response = await request(proof);
      if (!response.redirected) client.keep(response.headers.get("MFA-Grant"));
      return response;
    };
    const isStream = init?.body instanceof ReadableStream;
    const grant = { "MFA-Grant": client.grant() };
    const isBare = followed(input, init) && !isStream;
    let response = await guarded(isBare ? {} : grant);
    let demand = await demandIn(response, client);
    if (demand && isBare && grant["MFA-Grant"] && demand.maxAge !== 0) {
      response = await guarded(grant);
      demand = await demandIn(response, client);
    }
    if (!demand) return response;
    if (isStream) throw new StepUpReplayError();
    return await answer(response, guarded, (facts) => aboutOf(facts, { url, method: init?.method ?? method }), init?.signal ?? signal);
  };
}
