"use client";

export type { CodeActions, CodeDelivery, CodeFactor, CodeMethod, CodePhase, CodeRules, CodeState } from "../flow/code.ts";
export type { EnrolActions, EnrolOptions, EnrolSetup, EnrolState } from "../flow/enrol.ts";
export type { SavedCodes } from "../flow/saved-codes.ts";
export type { SettingsAct, SettingsActions, SettingsFacts, SettingsState } from "../flow/settings.ts";
export type { SignInChallenge } from "../flow/sign-in.ts";
export type { MfaData, MfaDataProviderProps } from "./context.ts";
export { MfaDataProvider, useMfa } from "./context.ts";
export type {
  UseEnrolment,
  UseEnrolmentOptions,
  UseMfaStatus,
  UseSettings,
  UseSettingsOptions,
  UseSignIn,
  UseSignInOptions,
  UseStepUp,
  UseStepUpDialog,
  UseStepUpOptions,
} from "./types.ts";
export { useCountdown, usePeriodLeft } from "./use-countdown.ts";
export { useEnrolment } from "./use-enrolment.ts";
export { useMfaStatus, useSettings } from "./use-settings.ts";
export { useSignIn } from "./use-sign-in.ts";
export { useStepUp, useStepUpDialog } from "./use-step-up.ts";
export { useText } from "./use-text.ts";
