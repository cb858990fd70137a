import type { SignInCallOptions } from "../client/create-client.ts";
import type { MfaProblem, MfaResult } from "../client/problem.ts";
import type { StepUpQuestion } from "../client/step-up.ts";
import type { StepUpFetchOptions } from "../client/step-up-fetch.ts";
import type { EnableAnswer, StatusAnswer, VerifyAnswer, VerifyBody } from "../client/wire.ts";
import type { CodeActions, CodeMethod, CodeState } from "../flow/code.ts";
import type { EnrolActions, EnrolOptions, EnrolState } from "../flow/enrol.ts";
import type { SettingsActions, SettingsOptions, SettingsState } from "../flow/settings.ts";
import type { SignInChallenge } from "../flow/sign-in.ts";

export type { CodeActions } from "../flow/code.ts";

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
export interface UseEnrolment extends EnrolActions {
  state: EnrolState;
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

/** What `useSettings` gives. A code is asked for by the step-up dialog. */
export interface UseSettings extends SettingsActions {
  state: SettingsState;
}

/** What `useMfaStatus` gives. */
export interface UseMfaStatus {
  phase: "loading" | "ready" | "failed";
  status: StatusAnswer | undefined;
  problem: MfaProblem | undefined;
  /** Reads the state anew. */
  reload(): void;
}
