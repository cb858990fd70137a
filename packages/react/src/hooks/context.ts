import type { ReactNode } from "react";
import type { MfaClient } from "../client/create-client.ts";
import type { Strings } from "../strings/strings.ts";
import type { Text } from "../strings/text.ts";
import type {
  UseEnrolment,
  UseEnrolmentOptions,
  UseMfaStatus,
  UseSettings,
  UseSignIn,
  UseSignInOptions,
  UseStepUp,
  UseStepUpDialog,
  UseStepUpOptions,
} from "./types.ts";

/** What every hook takes from the provider. */
export interface MfaDataProviderProps {
  /** Where the MFA routes are mounted; makes a client with its defaults. */
  endpoint?: string;
  /** A client of the host's own, in place of `endpoint`. */
  client?: MfaClient;
  /** A language, or what should read otherwise than in English. */
  strings?: Partial<Strings>;
  /** Dates and numbers are written by it, and plurals chosen. @defaultValue "en" */
  locale?: string;
  children?: ReactNode;
}

/** What the provider gives: the step-up model is told of through `useStepUpDialog`. */
export interface MfaData {
  client: MfaClient;
  strings: Partial<Strings> | undefined;
  locale: string;
}

export declare function MfaDataProvider(props: MfaDataProviderProps): ReactNode;
export declare function useMfa(): MfaData;
/** Says the texts of the provider's language; English for what it lacks. */
export declare function useText(): Text;
export declare function useMfaStatus(): UseMfaStatus;
export declare function useSignIn(options: UseSignInOptions): UseSignIn;
export declare function useEnrolment(options?: UseEnrolmentOptions): UseEnrolment;
export declare function useStepUp(options?: UseStepUpOptions): UseStepUp;
export declare function useStepUpDialog(): UseStepUpDialog;
export declare function useSettings(): UseSettings;
/** Whole seconds until an instant by the client's clock, counting down; 0 once it is past, or without one. */
export declare function useCountdown(until: number | undefined): number;
