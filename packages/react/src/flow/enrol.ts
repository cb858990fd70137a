import type { MfaProblem, MfaResult } from "../client/problem.ts";
import type { EnableAnswer, SetupAnswer } from "../client/wire.ts";
import { type KeyUriFacts, keyUriFacts } from "../otp/key-uri.ts";
import { type CodeEffect, type CodeEvent, type CodeState, codeState, codeStep } from "./code.ts";
import type { Step } from "./model.ts";
import { type SavedCodes, type SavedCodesEvent, savedCodesStep, unsaved } from "./saved-codes.ts";

/** An authenticator that is being added, and what its app will call it. */
export type EnrolSetup = SetupAnswer & KeyUriFacts;

/** How an enrolment stands. */
export type EnrolState = { run: number } & (
  | { step: "starting" }
  /** It could not be begun, or took too long (`challenge_expired`). */
  | { step: "failed"; problem: MfaProblem }
  | { step: "scan"; setup: EnrolSetup }
  | { step: "confirm"; setup: EnrolSetup; code: CodeState; answer?: EnableAnswer }
  | ({ step: "codes"; setup: EnrolSetup; answer: EnableAnswer } & SavedCodes)
  /** `codes` is how many recovery codes were given; none beside an authenticator that was there. */
  | { step: "done"; setup: EnrolSetup; answer: EnableAnswer; codes: number }
  /** Given up: what was pending is dropped. */
  | { step: "left" }
);

/** What happens in an enrolment. */
export type EnrolEvent =
  | { type: "start" }
  | { type: "set-up"; run: number; result: MfaResult<SetupAnswer> }
  | { type: "next" }
  | { type: "back" }
  | { type: "leave" }
  /** The right code has been shown as such. */
  | { type: "proceed" }
  | SavedCodesEvent
  | CodeEvent;

/** What is to be done about it. */
export type EnrolEffect = { do: "set-up"; run: number } | CodeEffect;

/** Before it has begun. */
export const enrolStart: EnrolState = { step: "starting", run: 0 };

function begun(state: EnrolState): Step<EnrolState, EnrolEffect> {
  const run = state.run + 1;
  return [
    { step: "starting", run },
    { do: "set-up", run },
  ];
}

function confirming(setup: EnrolSetup, run: number): EnrolState {
  const { digits } = setup;
  return { step: "confirm", setup, run, code: codeState({ methods: ["totp"], digits, rules: { autoSubmit: true, lockEnds: "typing" } }) };
}

/** A right code, once it has been shown as such. */
function proceeded(state: EnrolState & { step: "confirm" }): EnrolState {
  const { setup, run, answer } = state;
  if (!answer || state.code.phase.name !== "accepted") return state;
  const codes = answer.recovery_codes;
  return codes?.length ? { step: "codes", setup, answer, run, ...unsaved(codes) } : { step: "done", setup, answer, run, codes: 0 };
}

function confirmStep(state: EnrolState & { step: "confirm" }, event: EnrolEvent): Step<EnrolState, EnrolEffect> {
  const { setup, run, code } = state;
  // What enabling answers holds the recovery codes, so nothing leads away while it is under way.
  const isHeld = code.phase.name === "checking" || code.phase.name === "accepted";
  switch (event.type) {
    case "back":
      return isHeld ? [state] : [{ step: "scan", setup, run }, { do: "stop" }];
    case "proceed":
      return [proceeded(state)];
    case "input":
    case "submit":
    case "time":
    case "judged": {
      const [next, effect] = codeStep(code, event);
      if (next === code) return [state];
      // A pending authenticator has its time; past that there is nothing to confirm.
      if (next.phase.name === "over") return [{ step: "failed", run, problem: next.phase.problem }];
      const answer = event.type === "judged" && event.result.ok ? { answer: event.result.answer as EnableAnswer } : {};
      return [{ ...state, code: next, ...answer }, effect];
    }
    default:
      return [state];
  }
}

function leaving(state: EnrolState): Step<EnrolState, EnrolEffect> {
  if (state.step === "codes" || state.step === "done" || state.step === "left") return [state];
  const { phase } = state.step === "confirm" ? state.code : { phase: undefined };
  if (phase?.name === "checking" || phase?.name === "accepted") return [state];
  return [{ step: "left", run: state.run + 1 }, { do: "stop" }];
}

/** What follows from an event. What does not belong to the step that it is at changes nothing. */
export function enrolStep(state: EnrolState, event: EnrolEvent): Step<EnrolState, EnrolEffect> {
  if (event.type === "leave") return leaving(state);
  switch (state.step) {
    case "starting":
      if (event.type === "start") return begun(state);
      if (event.type !== "set-up" || event.run !== state.run) return [state];
      if (!event.result.ok) {
        const { problem } = event.result;
        // Whoever closed the question for a code does not want one more authenticator.
        return [problem.code === "aborted" ? { step: "left", run: state.run } : { step: "failed", run: state.run, problem }];
      }
      return [{ step: "scan", run: state.run, setup: { ...event.result.answer, ...keyUriFacts(event.result.answer.uri) } }];
    case "failed":
    case "left":
      return event.type === "start" ? begun(state) : [state];
    case "scan":
      return [event.type === "next" ? confirming(state.setup, state.run) : state];
    case "confirm":
      return confirmStep(state, event);
    case "codes": {
      if (event.type !== "saved" && event.type !== "finish") return [state];
      const { setup, answer, run, codes } = state;
      return [savedCodesStep(state, event) ?? { step: "done", setup, answer, run, codes: codes.length }];
    }
    case "done":
      return [state];
  }
}
