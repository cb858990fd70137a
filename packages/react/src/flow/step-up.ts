import { createLine } from "../client/questions.ts";
import { type AskStepUp, StepUpCancelledError, type StepUpQuestion } from "../client/step-up.ts";
import { type CodeActions, type CodeFactor, type CodeState, codeState, codeSteps, factorOf, TOKEN } from "./code.ts";
import { fieldIn } from "./field.ts";
import { createModel, type Model, type Watched } from "./model.ts";

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

interface Actions extends CodeActions {
  open(question: StepUpQuestion, factors: readonly CodeFactor[] | undefined): void;
  close(): void;
}

/**
 * Makes the model of the dialog that asks for codes.
 *
 * @param now - milliseconds since 1970
 */
export function createStepUp(now: () => number): StepUpModel {
  let done = (): void => {};
  let cancel = done;
  const inLine = createLine();
  const field = fieldIn<StepUpState>({
    of: ({ code }) => code,
    put: (state, code) => ({ ...state, code }),
    now,
    async judge(code, method, signal) {
      const problem = await model.get().question?.submit(code, signal, factorOf(method));
      return problem ? { ok: false, problem } : { ok: true, answer: undefined };
    },
    deliver: (by, signal) => (model.get().question as StepUpQuestion).deliver(by, signal),
    proceed: () => void done(),
  });
  const model: Model<StepUpState, Actions> = createModel<StepUpState, Actions>(
    CLOSED,
    {
      ...field.steps,
      open(_, now, question, factors) {
        const { about, inline, methods, purpose } = question;
        const code = codeState({
          methods: methods.length > 0 ? methods : ["totp", "recovery_code"],
          factors,
          // Where something is approved by it, the press is the consent.
          rules: { autoSubmit: purpose === undefined && !inline && about.action === undefined, lockEnds: "typing" },
        });
        // Where nothing but a code that is sent will do, it is sent at once.
        return { question, code: codeSteps.resend(code, now) };
      },
      close: () => CLOSED,
    },
    field,
    now,
  );

  const { actions } = model;

  async function open(question: StepUpQuestion): Promise<void> {
    const { methods, signal } = question;
    const factors = methods.includes(TOKEN) ? await question.factors?.() : undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        done = resolve;
        cancel = () => reject(new StepUpCancelledError());
        signal.addEventListener("abort", cancel);
        if (signal.aborted) cancel();
        else actions.open(question, factors);
      });
    } finally {
      cancel = () => {};
      actions.close();
    }
  }

  return {
    ...model,
    actions,
    ask: (question) => inLine(() => open(question)),
    cancel: () => cancel(),
  };
}
