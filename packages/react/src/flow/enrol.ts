import type { EnableAnswer, SetupAnswer } from "@nightlatch/core/http";
import type { MfaProblem, MfaResult } from "../client/problem.ts";
import type { CodeEffect, CodeEvent, CodeState } from "./code.ts";
import type { Step } from "./model.ts";
import type { SavedCodes, SavedCodesEvent } from "./saved-codes.ts";

/** An authenticator that is being added. */
export interface EnrolSetup extends SetupAnswer {
  /** What the app calls it: read from the key URI. */
  issuer: string;
  account: string;
  digits: number;
}

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
  | SavedCodesEvent
  | CodeEvent;

/** What is to be done about it. */
export type EnrolEffect = { do: "set-up"; run: number } | CodeEffect;

export declare function enrolStep(state: EnrolState, event: EnrolEvent): Step<EnrolState, EnrolEffect>;
