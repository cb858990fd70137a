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
