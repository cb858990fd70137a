import type { SignInCallOptions } from "../client/create-client.ts";
import type { MfaProblem, MfaResult } from "../client/problem.ts";
import type { StepUpQuestion } from "../client/step-up.ts";
import type { StepUpFetchOptions } from "../client/step-up-fetch.ts";
import type { EnableAnswer, StatusAnswer, VerifyAnswer, VerifyBody } from "../client/wire.ts";
import type { CodeMethod, CodeState } from "../flow/code.ts";
import type { EnrolState } from "../flow/enrol.ts";
import type { EnrolOptions } from "../flow/run-enrol.ts";
import type { SettingsOptions } from "../flow/run-settings.ts";
import type { SettingsAct, SettingsState } from "../flow/settings.ts";
import type { SignInChallenge } from "../flow/sign-in.ts";

/** What a code field is driven by. Functions stay the same from render to render. */
export interface CodeActions {
  /** What was typed or pasted, as it is; the state has it cleaned. */
  input(text: string): void;
  /** Sends what stands in the field, if it is complete. */
  submit(): void;
  /** Switches to another method; one that is sent is sent at once. */
  use(method: CodeMethod): void;
  /** Sends the code again. */
  resend(): void;
}

/** The options of `useSignIn`. */
export interface UseSignInOptions extends SignInChallenge {
  /** Called once the second step is done and has been shown for a moment. */
  onDone(answer: VerifyAnswer & Record<string, unknown>): void;
  /** Where the host ends sign-ins by a route of its own. @defaultValue `POST /verify` with `MFA-Challenge` */
  verify?: (body: VerifyBody, options: SignInCallOptions) => Promise<MfaResult<VerifyAnswer>>;
  /** What this device is called when it comes to be trusted. @defaultValue its browser and system, "Firefox on Linux" */
  deviceName?: string;
}

/** What `useSignIn` gives. */
export interface UseSignIn extends CodeActions {
  state: CodeState;
  /** The methods that may be switched to. */
  offered: readonly CodeMethod[];
  trust: boolean;
  /** Ticks or unticks that this device is to be trusted. */
  setTrust(trust: boolean): void;
}

/** The options of `useEnrolment`. */
export interface UseEnrolmentOptions extends EnrolOptions {
  /** Called by `done`, from the last screen. */
  onDone?(answer: EnableAnswer & Record<string, unknown>): void;
}

/** What `useEnrolment` gives. */
export interface UseEnrolment extends CodeActions {
  state: EnrolState;
  /** Begins again, after a failure. */
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
  /** Ends it, from the last screen: calls `onDone`. */
  done(): void;
}

/** What `useStepUp` gives. */
export interface UseStepUp {
  /** A `fetch` that asks for a code where a request needs one, and repeats the request once. */
  fetch: typeof fetch;
}

/** The options of `useStepUp`. */
export type UseStepUpOptions = StepUpFetchOptions;

/** The question that is open, for a dialog to show. */
export interface UseStepUpDialog extends CodeActions {
  /** Absent when nothing is asked: then the dialog is closed. */
  question: StepUpQuestion | undefined;
  /** Absent with the question. */
  state: CodeState | undefined;
  offered: readonly CodeMethod[];
  /** Drops the requests that wait: they reject with `StepUpCancelledError`. */
  cancel(): void;
}

/** The options of `useSettings`. */
export type UseSettingsOptions = Pick<SettingsOptions, "about">;

/** What `useSettings` gives. */
export interface UseSettings {
  state: SettingsState;
  /** Reads the state anew. */
  reload(): void;
  /** Asks before doing it; for a rename, opens the name for editing. */
  ask(act: SettingsAct): void;
  /** Leaves it as it is. */
  keep(): void;
  /** Does what was asked about. A code is asked for by the step-up dialog where the server wants one. */
  confirm(): void;
  /** Does it without asking: a rename, or to stop trusting a device. */
  act(act: SettingsAct): void;
  /** Ticks or unticks that the new recovery codes were saved. */
  setSaved(saved: boolean): void;
  /** Puts new recovery codes away, once they are saved. */
  finish(): void;
}

/** What `useMfaStatus` gives. */
export interface UseMfaStatus {
  phase: "loading" | "ready" | "failed";
  status?: StatusAnswer;
  problem?: MfaProblem;
  /** Reads the state anew. */
  reload(): void;
}
