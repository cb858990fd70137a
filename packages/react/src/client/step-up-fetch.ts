import type { MfaClient } from "./create-client.ts";
import { claimsOf } from "./decode.ts";
import { demandIn } from "./demand.ts";
import type { DemandFacts } from "./problem.ts";
import { type Attempt, putQuestion, questionsOf, waitFor } from "./questions.ts";
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

/** A request that can be made again, and what it is about. */
interface Repeatable {
  url: string;
  method: string;
  signal: AbortSignal | null | undefined;
  follows: boolean;
  /** Makes it, with a grant or a code as its proof. */
  make(field: string, proof: string | undefined): Promise<Response>;
}

/** Of a `Request` it is a copy that goes out. */
function repeatable(input: RequestInfo | URL, init: RequestInit | undefined, send: typeof fetch, client: MfaClient): Repeatable {
  const given: Partial<Request> = input instanceof Request ? input : {};
  const follows = (init?.redirect ?? given.redirect ?? "follow") === "follow";
  return {
    url: given.url ?? String(input),
    method: init?.method ?? given.method ?? "GET",
    signal: init?.signal ?? given.signal,
    follows,
    async make(field, proof) {
      const headers = new Headers(init?.headers ?? given.headers);
      if (proof) headers.set(field, proof);
      // A redirect takes every header field but `Authorization` along, to whatever origin (Fetch §4.5).
      const redirect = proof && follows && ({ redirect: "error" } as const);
      const response = await send(given.clone?.() ?? input, { ...init, ...redirect, headers });
      if (!response.redirected) client.keep(response.headers.get("MFA-Grant"));
      return response;
    },
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
export const createStepUpFetch = (client: MfaClient, ask: AskStepUp, options: StepUpFetchOptions = {}): typeof fetch =>
  stepUpFetch(client, ask, () => options);

/** The same by options that are asked for with each request, since they may change. */
export function stepUpFetch(client: MfaClient, ask: AskStepUp, options: () => StepUpFetchOptions): typeof fetch {
  const { open } = questionsOf(ask);
  const send: typeof fetch = (...request) => (options().fetch ?? fetch)(...request);

  const trusts = (url: string): boolean => {
    const { endpoint } = client;
    const { origins = [] } = options();
    const page = globalThis.location?.href ?? endpoint;
    const originOf = (of: string): string => new URL(of, page).origin;
    return [page, endpoint, ...origins].map(originOf).includes(originOf(url));
  };

  /** What requests that want the same have in common; nothing where the code goes with the request. */
  const keyOf = ({ maxAge, purpose, methods, challenge }: DemandFacts): string | undefined => {
    const { bind, once } = claimsOf(challenge);
    return maxAge === 0 ? undefined : JSON.stringify([maxAge, purpose, methods, bind, once]);
  };

  /** Has a refused request answered for, and makes it again. */
  async function answer(request: Repeatable, refused: Response, wanted: DemandFacts): Promise<Response> {
    /**
     * An answer that may have been acted on is the request's own: it ends the question, and nothing is repeated. That
     * goes for one that never came, too.
     */
    let own: Promise<Response> | undefined;
    const attempt: Attempt = async (asked, refusal, code) => {
      const sent = request.make("X-MFA-Code", code);
      const problem = await sent.then((response) => refusal(response, client)).catch(() => undefined);
      if (!problem) {
        own = sent;
        asked.end();
      }
      return problem;
    };

    let response = refused;
    let demand: DemandFacts | undefined = wanted;
    let isDone = false;
    // Another one's answer may not do for this request: then it is asked about for itself.
    while (demand && !isDone) {
      const key = keyOf(demand);
      const there = open.get(key);
      const { about } = options();
      const words = typeof about === "function" ? about(demand, request) : about;
      const asked = there ?? putQuestion(client, ask, demand, words ?? {}, attempt);
      if (key && !there) {
        open.set(key, asked);
        asked.signal.addEventListener("abort", () => open.delete(key));
      }
      await waitFor(asked, request.signal).catch((error: unknown) => {
        if (!own) throw error;
      });
      if (own) return await own;
      if (!asked.grant) break;
      response = await request.make("MFA-Grant", asked.grant);
      demand = await demandIn(response, client);
      isDone = !there && !asked.skipped;
    }
    return response;
  }

  return async (input, init) => {
    const request = repeatable(input, init, send, client);
    if (!trusts(request.url)) return await send(input, init);
    const isStream = init?.body instanceof ReadableStream;
    const grant = client.grant();
    const isBare = request.follows && !isStream;
    let response = await request.make("MFA-Grant", isBare ? undefined : grant);
    let demand = await demandIn(response, client);
    if (demand && isBare && grant && demand.maxAge !== 0) {
      response = await request.make("MFA-Grant", grant);
      demand = await demandIn(response, client);
    }
    if (demand && isStream) throw new StepUpReplayError();
    return demand ? await answer(request, response, demand) : response;
  };
}
