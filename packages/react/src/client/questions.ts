import type { MfaClient } from "./create-client.ts";
import { deliverCode } from "./deliver.ts";
import type { DemandFacts, MfaProblem } from "./problem.ts";
import type { AskStepUp, StepUpAbout, StepUpQuestion } from "./step-up.ts";
import type { ProofBody, WireFactor } from "./wire.ts";

/** A question that requests wait for. */
export interface Asked {
  answered: Promise<void>;
  /** What the answer earned; a newer grant of the session, where that was tried before asking. */
  grant?: string | undefined;
  /** Nobody was asked: what another question earned may do. */
  skipped?: boolean;
  /** What is answered at `/verify`. */
  challenge?: string | undefined;
  waiting: number;
  controller: AbortController;
}

/** What is asked of one person: whichever `fetch` the requests were made by, they share it. */
export interface Questions {
  open: Map<string, Asked>;
  line: Promise<unknown>;
}

const asking = /* @__PURE__ */ new WeakMap<AskStepUp, Questions>();

/** What is asked by way of it. */
export function questionsOf(ask: AskStepUp): Questions {
  const there = asking.get(ask) ?? { open: new Map(), line: Promise.resolve() };
  asking.set(ask, there);
  return there;
}

/** Waits, until the caller gives up. */
function until<T>(promise: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(signal?.reason);
    if (signal?.aborted) end();
    signal?.addEventListener("abort", end, { once: true });
    promise.then(resolve, reject).finally(() => signal?.removeEventListener("abort", end));
  });
}

/** The authenticators of the session; none where they can't be had. */
export async function factorsOf(client: MfaClient): Promise<readonly WireFactor[]> {
  const result = await client.factors();
  return result.ok ? result.answer.factors : [];
}

/** Judges a code: `undefined` when it was right. */
type Judge = (asked: Asked, code: string, signal?: AbortSignal, proof?: ProofBody) => Promise<MfaProblem | undefined>;

/** Puts a question at the end of the line. */
export function putQuestion(client: MfaClient, ask: AskStepUp, demand: DemandFacts, about: StepUpAbout, judge: Judge): Asked {
  const questions = questionsOf(ask);
  const controller = new AbortController();
  const kept = client.grant();
  const asked: Asked = { challenge: demand.challenge, waiting: 0, controller, answered: Promise.resolve() };
  const question: StepUpQuestion = {
    ...demand,
    about,
    inline: demand.maxAge === 0,
    signal: controller.signal,
    get waiting() {
      return asked.waiting;
    },
    submit: (code, signal, proof) => judge(asked, code, signal, proof),
    // A request bears a code and nothing that names a token.
    ...(demand.maxAge !== 0 && { factors: () => factorsOf(client) }),
    async deliver(by, signal) {
      const sent = await deliverCode(client, by, asked.challenge, signal ? { signal } : {});
      if (sent.ok) asked.challenge = sent.challenge;
      return sent;
    },
  };
  asked.answered = questions.line.then(async () => {
    const newer = client.grant();
    if (newer !== kept && !question.inline && demand.purpose === undefined) {
      asked.skipped = true;
      asked.grant = newer;
    } else await until(ask(question), controller.signal);
  });
  questions.line = asked.answered.catch(() => {});
  return asked;
}

/** Waits for an answer, as one of those who do; when nobody does any more the question is over. */
export async function waitFor(asked: Asked, signal: AbortSignal | null | undefined): Promise<void> {
  asked.waiting += 1;
  try {
    await until(asked.answered, signal);
  } finally {
    asked.waiting -= 1;
    if (asked.waiting === 0) asked.controller.abort();
  }
}
