import type { MfaClient } from "./create-client.ts";
import { deliverCode } from "./deliver.ts";
import { demandIn, refusalIn } from "./demand.ts";
import type { DemandFacts } from "./problem.ts";
import type { AskStepUp, StepUpAbout, StepUpQuestion } from "./step-up.ts";
import type { WireFactor } from "./wire.ts";

/** A question that requests wait for. */
export interface Asked extends StepUpQuestion {
  waiting: number;
  /** Settles with the answer. */
  answered: Promise<void>;
  /** What the answer earned; a newer grant of the session, where that was tried before asking. */
  grant?: string | undefined;
  /** Nobody was asked: what another question earned may do. */
  skipped?: boolean;
  /** Ends it. */
  end(): void;
}

/** What is asked of one person: whichever `fetch` the requests were made by, they share it. */
export interface Questions {
  open: Map<string | undefined, Asked>;
  /** Calls once all that was called before has settled. */
  inLine(call: () => Promise<void>): Promise<void>;
}

const asking = /* @__PURE__ */ new WeakMap<AskStepUp, Questions>();

/** A line: what stands in it is called one after another. */
export function createLine(): (call: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (call) => {
    const called = last.then(call);
    last = called.catch(() => {});
    return called;
  };
}

/** What is asked by way of it. */
export function questionsOf(ask: AskStepUp): Questions {
  const there = asking.get(ask) ?? { open: new Map(), inLine: createLine() };
  asking.set(ask, there);
  return there;
}

/** Waits, until the caller gives up. */
const until = <T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const end = (): void => reject(signal?.reason);
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end);
    promise.then(resolve, reject);
  });

/** The authenticators of the session; none where they can't be had. */
export async function factorsOf(client: MfaClient): Promise<readonly WireFactor[]> {
  const result = await client.factors();
  return result.ok ? result.answer.factors : [];
}

/** Makes a request again, and comes back with what is wrong with it if it was refused: otherwise it is done with. */
export type Attempt = <Refusal>(
  asked: Asked,
  refusal: (response: Response, client: MfaClient) => Promise<Refusal | undefined>,
  code?: string,
) => Promise<Refusal | undefined>;

/** Has a code entered for a request, at the end of the line. */
export function putQuestion(client: MfaClient, ask: AskStepUp, demand: DemandFacts, about: StepUpAbout, attempt: Attempt): Asked {
  const inline = demand.maxAge === 0;
  const kept = client.grant();
  const controller = new AbortController();
  const { signal } = controller;
  const asked: Asked = {
    ...demand,
    about,
    inline,
    waiting: 0,
    signal,
    end: () => controller.abort(),
    // A request bears a code and nothing that names a token.
    factors: inline ? undefined : () => factorsOf(client),
    async submit(code, signal, proof) {
      // Under `maxAge: 0` the code goes with the request, which each has to itself.
      if (inline) return await attempt(asked, refusalIn, code);
      const verify = () => client.verify({ code, ...proof, challenge: asked.challenge }, { signal });
      let result = await verify();
      if (!result.ok && result.problem.code === "challenge_expired") {
        // It was left open too long, or a lock has ended: the refusal of the same request brings a new challenge.
        const again = await attempt(asked, demandIn);
        if (!again) return undefined;
        asked.challenge = again.challenge;
        result = await verify();
      }
      if (!result.ok) return result.problem;
      asked.grant = result.answer.grant;
      return undefined;
    },
    async deliver(by, signal) {
      const sent = await deliverCode(client, by, asked.challenge, { signal });
      if (sent.ok) asked.challenge = sent.challenge;
      return sent;
    },
    answered: questionsOf(ask).inLine(async () => {
      const newer = client.grant();
      asked.skipped = newer !== kept && !inline && demand.purpose === undefined;
      if (asked.skipped) asked.grant = newer;
      else await until(ask(asked), signal);
    }),
  };
  return asked;
}

/** Waits for an answer, as one of those who do; when nobody does any more the question is over. */
export async function waitFor(asked: Asked, signal: AbortSignal | null | undefined): Promise<void> {
  asked.waiting += 1;
  try {
    await until(asked.answered, signal);
  } finally {
    asked.waiting -= 1;
    if (asked.waiting === 0) asked.end();
  }
}
