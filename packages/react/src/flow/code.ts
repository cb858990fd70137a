import type { MfaProblem, MfaResult } from "../client/problem.ts";
import type { StepUpDelivery } from "../client/step-up-fetch.ts";
import type { Step } from "./model.ts";

/** What a code is of: an authenticator, a recovery code, or one that is sent. */
export type CodeMethod = "app" | "recovery" | "email" | "sms";

/** How an entry stands; what stands in the message line follows from it. */
export type CodePhase =
  | { name: "typing" }
  | { name: "checking" }
  /** Right: shown for a moment before it goes on. */
  | { name: "accepted" }
  /** Wrong, and what was typed stays until a key is pressed. `expired` is a delivered code that was too old. */
  | { name: "refused"; why: "invalid" | "used" | "expired" | "incomplete"; attemptsLeft?: number }
  /** No code of this method is taken until then: milliseconds since 1970. */
  | { name: "locked"; until: number }
  /** No verdict came; the same may be submitted again. */
  | { name: "failed"; problem: MfaProblem }
  /** Nothing can be entered here any more: the challenge has expired, or the account refuses. */
  | { name: "over"; problem: MfaProblem };

/** A code that was asked for by e-mail or SMS. Times are in milliseconds since 1970. */
export type CodeDelivery =
  | { state: "sending" }
  | { state: "sent"; to: string; expiresAt: number; againAt: number }
  | { state: "failed"; problem: MfaProblem; againAt: number };

/** A field for a code, and all that can be true of it. */
export interface CodeState {
  phase: CodePhase;
  method: CodeMethod;
  /** What the challenge may be answered with; `offered` leaves out what is locked. */
  methods: readonly CodeMethod[];
  /** How many digits a code has that is none of recovery. */
  digits: number;
  /** Digits alone, or a recovery code in groups. */
  value: string;
  /** For the method that is chosen, when it is one that is sent. */
  delivery?: CodeDelivery;
  rules: CodeRules;
  /** @internal until when each lane is locked */
  locks: Readonly<Partial<Record<"codes" | "recovery", number>>>;
  /** @internal what was submitted last, so that a value goes out once */
  tried: string;
  /** @internal counts what was begun: an answer to something else is none */
  run: number;
}

/** What differs from one flow to the next. */
export interface CodeRules {
  /** Submits the last digit as it is typed. Not where the press is the consent. */
  autoSubmit: boolean;
  /** The challenge dies with a lock: a sign-in's does. */
  lockEnds: "over" | "typing";
}

/** What happens to a code field. `now` is in milliseconds since 1970. */
export type CodeEvent =
  | { type: "input"; text: string }
  | { type: "submit" }
  | { type: "method"; method: CodeMethod; now: number }
  | { type: "send"; now: number }
  | { type: "time"; now: number }
  | { type: "judged"; run: number; now: number; result: MfaResult<unknown> }
  | { type: "delivered"; run: number; now: number; result: StepUpDelivery };

/** What is to be done about it. */
export type CodeEffect =
  | { do: "check"; run: number; code: string; method: CodeMethod }
  | { do: "send"; run: number; by: "email" | "sms" }
  | { do: "wait"; until: number }
  | { do: "rest" }
  | { do: "stop" };

export declare function codeState(options: { methods: readonly string[]; digits?: number; rules: CodeRules }): CodeState;

/** The methods that may be switched to now. */
export declare function offered(state: CodeState): CodeMethod[];

export declare function codeStep(state: CodeState, event: CodeEvent): Step<CodeState, CodeEffect>;
