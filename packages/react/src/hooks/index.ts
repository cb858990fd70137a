export type { MfaData, MfaDataProviderProps } from "./context.ts";
export {
  MfaDataProvider,
  useCountdown,
  useEnrolment,
  useMfa,
  useMfaStatus,
  useSettings,
  useSignIn,
  useStepUp,
  useStepUpDialog,
  useText,
} from "./context.ts";
export type * from "./types.ts";
