import type { MfaProblem } from "../client/problem.ts";
import type { StepUpDelivery } from "../client/step-up.ts";
import { type CodeActions, type CodeMethod, type CodeState, codeSteps, delivered, judged, unlocked } from "./code.ts";
import { clockAt, mapped, type Step, type Steps, sleep, type Work } from "./model.ts";

/** Milliseconds that a right code is shown as such before it goes on. */
const REST = 400;

/** A field for a code in something bigger, and where its codes are judged and sent from. */
export interface FieldWork<State> {
  /** The field, where there is one now. */
  of(state: State): CodeState | undefined;
  /** The state with another field. */
  put(state: State, code: CodeState): State;
  now(): number;
  /** What is wrong with a code; `undefined` when it was right. */
  judge(code: string, method: CodeMethod, signal: AbortSignal): Promise<MfaProblem | undefined>;
  /** Not where no code is sent. */
  deliver?(by: string, signal: AbortSignal): Promise<StepUpDelivery>;
  /** What comes after a right code. */
  proceed(): Step<State> | undefined;
}

/** The steps of a field, and what goes on in it. */
export function fieldIn<State>({ of, put, now, judge, deliver, proceed }: FieldWork<State>): Work<State> & {
  steps: Steps<State, CodeActions>;
} {
  const change = (state: State, step: (code: CodeState) => CodeState): State => {
    const code = of(state);
    const next = code && step(code);
    return !next || next === code ? state : put(state, next);
  };
  const answer = async ({ phase, delivery, method, value }: CodeState, signal: AbortSignal): Promise<Step<CodeState> | undefined> => {
    if (deliver && delivery?.state === "sending") return delivered(await deliver(method, signal));
    if (phase.name === "checking") return judged(await judge(value, method, signal));
    if (phase.name !== "locked") return undefined;
    await clockAt(phase.until, now, signal);
    return unlocked;
  };
  return {
    steps: mapped(
      codeSteps,
      (step: (code: CodeState, now: number, ...args: unknown[]) => CodeState) =>
        (state: State, ...args: [number, ...unknown[]]) =>
          change(state, (code) => step(code, ...args)),
    ) as unknown as Steps<State, CodeActions>,
    under(state) {
      const code = of(state);
      return code?.delivery?.state === "sending" ? code.delivery : code?.phase;
    },
    async work(state, signal) {
      const code = of(state);
      if (code?.phase.name === "accepted") {
        await sleep(REST);
        return signal.aborted ? undefined : proceed();
      }
      const step = code && (await answer(code, signal));
      return step && ((state, now) => change(state, (code) => step(code, now)));
    },
  };
}
