import type { MfaProblem, MfaResult } from "../client/problem.ts";
import { type AskStepUp, StepUpCancelledError, type StepUpQuestion } from "../client/step-up.ts";
import { type CodeEvent, type CodeState, codeState, codeStep, factorOf, TOKEN } from "./code.ts";
import { createModel, type Model } from "./model.ts";
import { runCode } from "./run-code.ts";

/** What the step-up dialog shows: nothing, or a question with its field. */
export interface StepUpState {
  question?: StepUpQuestion;
  code?: CodeState;
}

/** The dialog's model. Questions are asked one after another. */
export interface StepUpModel {
  /** The same object until it changes. */
  get(): StepUpState;
  /** Calls back after each change, until what it returns is called. */
  subscribe(listener: () => void): () => void;
  /** Tells it what happened in the code field. */
  send(event: CodeEvent): void;
  ask: AskStepUp;
  /** Closes the question; what waits for it rejects with `StepUpCancelledError`. */
  cancel(): void;
}

const CLOSED: StepUpState = {};

/** What came of a code, as the field wants it told. */
const told = (problem: MfaProblem | undefined): MfaResult<undefined> =>
  problem ? { ok: false, problem } : { ok: true, answer: undefined };

/**
 * Makes the model of the dialog that asks for codes.
 *
 * @param now - milliseconds since 1970
 */
export function createStepUp(now: () => number): StepUpModel {
  let state = CLOSED;
  let model: Model<CodeState, CodeEvent> | undefined;
  let cancel = (): void => {};
  let line: Promise<unknown> = Promise.resolve();
  const listeners = new Set<() => void>();
  const show = (next: StepUpState): void => {
    state = next;
    for (const listener of [...listeners]) listener();
  };

  const open = async (question: StepUpQuestion): Promise<void> => {
    const { methods } = question;
    const factors = methods.includes(TOKEN) ? await question.factors?.() : undefined;
    await new Promise<void>((resolve, reject) => {
      cancel = () => reject(new StepUpCancelledError());
      question.signal.addEventListener("abort", cancel);
      if (question.signal.aborted) return cancel();
      // Where something is approved by it, the press is the consent.
      const autoSubmit = question.purpose === undefined && !question.inline && question.about.action === undefined;
      const field = createModel(
        codeState({
          methods: methods.length > 0 ? methods : ["totp", "recovery_code"],
          factors,
          rules: { autoSubmit, lockEnds: "typing" },
        }),
        codeStep,
        runCode({
          now,
          judge: async (code, method, signal) => told(await question.submit(code, signal, factorOf(method))),
          deliver: (by, signal) => question.deliver(by, signal),
          proceed: resolve,
        }),
      );
      model = field;
      field.subscribe(() => show({ question, code: field.get() }));
      show({ question, code: field.get() });
      // Where nothing but a code that is sent will do, it is sent at once.
      field.send({ type: "send", now: now() });
    }).finally(() => {
      model?.stop();
      model = undefined;
      cancel = () => {};
      show(CLOSED);
    });
  };

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send: (event) => model?.send(event),
    ask(question) {
      const answer = line.then(() => open(question));
      line = answer.catch(() => {});
      return answer;
    },
    cancel: () => cancel(),
  };
}
