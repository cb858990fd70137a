import type { DemandFacts, MfaProblem } from "./problem.ts";
import type { ProofBody, WireFactor } from "./wire.ts";

/** What the person is asked to approve, in the host's words: "cancel this booking". */
export interface StepUpAbout {
  /** After "Confirm it's you to": `cancel this booking`. */
  action?: string;
  /** What is approved: `cancellation`. Shown only where the guard has a purpose: then the code is for this and nothing else. */
  noun?: string;
  /** On the button, after "Confirm and": `cancel`. */
  verb?: string;
  /** The way out, in its own words: `Keep booking`. */
  keep?: string;
  /** The thing itself: `Cancel booking FH-20418`. */
  subject?: string;
  /** A line about it. */
  detail?: string;
}

/** A demand for a code that somebody has to answer. */
export interface StepUpQuestion extends DemandFacts {
  about: StepUpAbout;
  /** Whether the code goes with the request itself, since no grant will do (`maxAge: 0`). */
  inline: boolean;
  /** How many requests wait for the answer. */
  readonly waiting: number;
  /** Ends when nobody waits for the answer any more. */
  signal: AbortSignal;
  /**
   * Judges a code: `undefined` when it was right, and the question is answered.
   *
   * @param proof - the token that the code is of, which a token's code has to name
   */
  submit(code: string, signal?: AbortSignal, proof?: Pick<ProofBody, "factor_id">): Promise<MfaProblem | undefined>;
  /** The user's authenticators, where the demand may be met by a token: those of the session. */
  factors?: (() => Promise<readonly WireFactor[]>) | undefined;
  /** Sends a code by `email`, `sms`, or what a delivering factor of the host's calls itself; our dialog offers the first two. */
  deliver(by: string, signal?: AbortSignal): Promise<StepUpDelivery>;
}

/** What came of sending a code: where to, in a form that may be shown, and until when it is good. */
export type StepUpDelivery = { ok: true; to: string; expiresAt: number } | { ok: false; problem: MfaProblem };

/** Asks the person. Settles once a code was right; a rejection cancels the requests that wait, and is what they reject with. */
export type AskStepUp = (question: StepUpQuestion) => Promise<void>;

/** The person would not confirm: the request was not made. */
export class StepUpCancelledError extends Error {
  override readonly name = "StepUpCancelledError";
  readonly code = "step_up_cancelled";
  constructor(message = "The request was not confirmed, and not made.") {
    super(message);
  }
}

/** The request was refused for want of a code, and can't be sent again: its body was a stream, which is read by now. */
export class StepUpReplayError extends Error {
  override readonly name = "StepUpReplayError";
  readonly code = "step_up_replay";
  constructor() {
    super("A code is needed, and a body that is a stream can't be sent again: send text, a Blob or a Request.");
  }
}
