import type { MfaClient, Sent } from "../client/create-client.ts";
import type { MfaProblem, MfaResult } from "../client/problem.ts";
import { withProof } from "../client/proof.ts";
import type { AskStepUp, StepUpAbout } from "../client/step-up.ts";
import type { EnableAnswer, ProofBody, SetupAnswer } from "../client/wire.ts";
import { type KeyUriFacts, keyUriFacts } from "../otp/key-uri.ts";
import { type CodeActions, type CodeState, codeState } from "./code.ts";
import { fieldIn } from "./field.ts";
import { createModel, type Model, type Step, type Steps } from "./model.ts";
import { type SavedCodes, unsaved } from "./saved-codes.ts";
import type { SignInChallenge } from "./sign-in.ts";

/** An authenticator that is being added, and what its app will call it. */
export type EnrolSetup = SetupAnswer & KeyUriFacts;

/** How an enrolment stands. */
export type EnrolState =
  | { step: "starting" }
  /** It could not be begun, or took too long (`challenge_expired`). */
  | { step: "failed"; problem: MfaProblem }
  | { step: "scan"; setup: EnrolSetup }
  | { step: "confirm"; setup: EnrolSetup; code: CodeState }
  | ({ step: "codes"; setup: EnrolSetup; answer: EnableAnswer } & SavedCodes)
  /** `codes` is how many recovery codes were given; none beside an authenticator that was there. */
  | { step: "done"; setup: EnrolSetup; answer: EnableAnswer; codes: number }
  /** Given up: what was pending is dropped. */
  | { step: "left" };

/** What an enrolment is driven by. */
export interface EnrolActions extends CodeActions {
  /** Begins, or begins again after a failure. */
  restart(): void;
  /** Goes on to the next screen. */
  next(): void;
  /** Goes back to the screen before. */
  back(): void;
  /** Drops what is pending. Not once recovery codes are shown, nor while a code is checked. */
  leave(): void;
  /** Ticks or unticks that the recovery codes were saved. */
  setSaved(saved: boolean): void;
  /** Goes on from the recovery codes, once they are saved. */
  finish(): void;
}

/** What is enrolled. */
export interface EnrolOptions {
  /** Enrols for a sign-in that waits for it (`enrol: true`), in place of a session. */
  signIn?: SignInChallenge;
  /** The name of the authenticator. */
  name?: string;
  /** The factor's type, where it is not the server's first. */
  type?: string;
  /** The authenticator that goes once this one is enabled. */
  replaces?: string;
  /** What the person is told where adding one needs a code. */
  about?: StepUpAbout;
}

/** What enabling answers holds the recovery codes, so nothing leads away while it is under way. */
const isHeld = (state: EnrolState): boolean => state.step === "confirm" && /checking|accepted/.test(state.code.phase.name);

const steps: Omit<Steps<EnrolState, EnrolActions>, keyof CodeActions> = {
  restart: (state) => (/starting|failed|left/.test(state.step) ? { step: "starting" } : state),
  next(state) {
    if (state.step !== "scan") return state;
    const { setup } = state;
    const rules = { autoSubmit: true, lockEnds: "typing" } as const;
    return { step: "confirm", setup, code: codeState({ methods: ["totp"], digits: setup.digits, rules }) };
  },
  back: (state) => (state.step === "confirm" && !isHeld(state) ? { step: "scan", setup: state.setup } : state),
  leave: (state) => (/codes|done|left/.test(state.step) || isHeld(state) ? state : { step: "left" }),
  setSaved: (state, _, saved) => (state.step === "codes" ? { ...state, saved, nudged: false } : state),
  finish(state) {
    if (state.step !== "codes") return state;
    const { setup, answer, codes, saved } = state;
    return saved ? { step: "done", setup, answer, codes: codes.length } : { ...state, nudged: true };
  },
};

const setUp =
  (result: MfaResult<SetupAnswer>): Step<EnrolState> =>
  () => {
    if (result.ok) return { step: "scan", setup: { ...result.answer, ...keyUriFacts(result.answer.uri) } };
    const { problem } = result;
    return problem.code === "aborted" ? { step: "left" } : { step: "failed", problem };
  };

/** A right code, once it has been shown as such. */
const enabled =
  (answer: EnableAnswer): Step<EnrolState> =>
  (state) => {
    if (state.step !== "confirm") return state;
    const { setup } = state;
    const { recovery_codes: codes } = answer;
    return codes?.length ? { step: "codes", setup, answer, ...unsaved(codes) } : { step: "done", setup, answer, codes: 0 };
  };

/**
 * Makes the model of an enrolment. It begins by `restart`.
 *
 * @param options - asked for each time, since they may change
 * @param ask - has a code entered, where adding an authenticator needs one
 * @param changed - called once the authenticator is enabled
 */
export function createEnrolment(
  client: MfaClient,
  ask: AskStepUp,
  options: () => EnrolOptions,
  changed: () => void,
): Model<EnrolState, EnrolActions> {
  let answer: EnableAnswer | undefined;
  const field = fieldIn<EnrolState>({
    of: (state) => (state.step === "confirm" ? state.code : undefined),
    // A pending authenticator has its time; past that there is nothing to confirm.
    put: (state, code) =>
      code.phase.name === "over" ? { step: "failed", problem: code.phase.problem } : ({ ...state, code } as EnrolState),
    now: client.now,
    async judge(code, _method, signal) {
      const state = model.get();
      const of = state.step === "confirm" && { factor_id: state.setup.factor_id };
      const result = await client.enable({ code, ...of }, { signal, signIn: options().signIn?.challenge });
      if (!result.ok) return result.problem;
      ({ answer } = result);
      changed();
      return undefined;
    },
    proceed: () => answer && enabled(answer),
  });
  const model: Model<EnrolState, EnrolActions> = createModel<EnrolState, EnrolActions>(
    { step: "starting" },
    { ...field.steps, ...steps },
    {
      under: (state) => (state.step === "starting" ? state : field.under(state)),
      async work(state, signal) {
        if (state.step !== "starting") return field.work(state, signal);
        const { about = {}, name, type, replaces, signIn: { challenge: signIn, methods } = {} } = options();
        const call = (proof: Sent<ProofBody>, signal?: AbortSignal) => client.setup({ name, type, replaces, ...proof }, { signal, signIn });
        return setUp(await withProof(client, ask, call, { about, methods, signal, signIn }));
      },
    },
    client.now,
  );
  return model;
}
