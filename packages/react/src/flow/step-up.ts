import { createLine } from "../client/questions.ts";
import { type AskStepUp, StepUpCancelledError, type StepUpQuestion } from "../client/step-up.ts";
import { type CodeActions, type CodeState, codeState, codeSteps, factorOf, TOKEN } from "./code.ts";
import { fieldIn } from "./field.ts";
import { createModel, type Machine, type Watched } from "./model.ts";

/** What the step-up dialog shows: nothing, or a question with its field. */
export interface StepUpState {
  question?: StepUpQuestion;
  code?: CodeState;
}

/** The dialog's model. Questions are asked one after another. */
export interface StepUpModel extends Watched<StepUpState> {
  /** What drives the code field. */
  readonly actions: CodeActions;
  ask: AskStepUp;
  /** Closes the question; what waits for it rejects with `StepUpCancelledError`. */
  cancel(): void;
}

const CLOSED: StepUpState = {};

/**
 * Makes the model of the dialog that asks for codes.
 *
 * @param now - milliseconds since 1970
 * @param spent - called once a recovery code was right: there is one less now
 */
export function createStepUp(now: () => number, spent?: () => void): StepUpModel {
  let done = (): void => {};
  let cancel = done;
  const inLine = createLine();
  const field = fieldIn<StepUpState>({
    of: ({ code }) => code,
    put: (state, code) => ({ ...state, code }),
    now,
    async judge(code, method, signal) {
      const problem = await asked().submit(code, signal, factorOf(method));
      if (!problem && method === "recovery") spent?.();
      return problem;
    },
    deliver: (by, signal) => asked().deliver(by, signal),
    proceed: () => void done(),
  });
  const model: Machine<StepUpState, CodeActions> = createModel(CLOSED, field.steps, field, now);
  const asked = (): StepUpQuestion => model.get().question as StepUpQuestion;

  async function open(question: StepUpQuestion): Promise<void> {
    const { about, inline, methods, purpose, signal } = question;
    const factors = methods.includes(TOKEN) ? await question.factors?.() : undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        done = resolve;
        cancel = () => reject(new StepUpCancelledError());
        signal.addEventListener("abort", cancel);
        if (signal.aborted) return cancel();
        const code = codeState({
          methods: methods.length > 0 ? methods : ["totp", "recovery_code"],
          factors,
          // Where something is approved by it, the press is the consent.
          rules: { autoSubmit: purpose === undefined && !inline && about.action === undefined, lockEnds: "typing" },
        });
        // Where nothing but a code that is sent will do, it is sent at once.
        model.set({ question, code: codeSteps.resend(code, now()) });
      });
    } finally {
      cancel = () => {};
      model.set(CLOSED);
    }
  }

  return {
    ...model,
    ask: (question) => inLine(() => open(question)),
    cancel: () => cancel(),
  };
}
