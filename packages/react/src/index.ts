"use client";

export type {
  AskStepUp,
  MfaClient,
  MfaClientOptions,
  MfaProblem,
  MfaProblemCode,
  MfaResult,
  Sent,
  StepUpAbout,
  StepUpFetchOptions,
  StepUpQuestion,
} from "./client/index.ts";
export { createMfaClient, StepUpCancelledError, StepUpReplayError } from "./client/index.ts";
export type {
  EnrolmentLooks,
  EnrolmentWizardProps,
  FactorListProps,
  Looks,
  MfaBadgeProps,
  MfaProviderProps,
  MfaSettingsProps,
  OtpFieldProps,
  OtpFieldState,
  Part,
  RecoveryCodesProps,
  SettingsLooks,
  SettingsPartProps,
  SignInChallengeProps,
  SignInLooks,
  Slots,
  StepUpDialogProps,
  TrustedDevicesProps,
} from "./components/index.ts";
export {
  EnrolmentScreen,
  EnrolmentWizard,
  FactorList,
  MfaBadge,
  MfaProvider,
  MfaSettings,
  OtpField,
  RecoveryCodes,
  SettingsScreen,
  SignInChallenge,
  SignInScreen,
  StepUpDialog,
  StepUpScreen,
  TrustedDevices,
} from "./components/index.ts";
export type {
  CodeActions,
  MfaData,
  MfaDataProviderProps,
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
} from "./hooks/index.ts";
export {
  MfaDataProvider,
  useCountdown,
  useEnrolment,
  useMfa,
  useMfaStatus,
  usePeriodLeft,
  useSettings,
  useSignIn,
  useStepUp,
  useStepUpDialog,
  useText,
} from "./hooks/index.ts";
export type { KeyUriFacts } from "./otp/index.ts";
export { clockTime, digitsOf, groupRecoveryCode, isWholeRecoveryCode, keyGroups, keyUriFacts, periodLeft } from "./otp/index.ts";
export type { Plural, PluralKey, StringKey, Strings, Text, TextPart, Values } from "./strings/index.ts";
export { createText, en, textParts } from "./strings/index.ts";
