import { createContext, createElement, type ReactNode, useContext, useMemo } from "react";
import { createMfaClient, type MfaClient } from "../client/create-client.ts";
import { createStepUp, type StepUpModel } from "../flow/step-up.ts";
import type { Strings } from "../strings/strings.ts";

/** What every hook takes from the provider. */
export interface MfaDataProviderProps {
  /** Where the MFA routes are mounted; makes a client with its defaults. @defaultValue "/auth/mfa" */
  endpoint?: string;
  /** A client of the host's own, in place of `endpoint`. */
  client?: MfaClient;
  /** A language, or what should read otherwise than in English. */
  strings?: Partial<Strings>;
  /** Dates and numbers are written by it, and plurals chosen. @defaultValue "en" */
  locale?: string;
  children?: ReactNode;
}

/** What the provider gives. */
export interface MfaData {
  client: MfaClient;
  strings: Partial<Strings> | undefined;
  locale: string;
}

/** What the hooks share beside it. */
interface Shared extends MfaData {
  stepUp: StepUpModel;
  /** What loads anew when something was changed. */
  watchers: Set<() => void>;
}

const Context = /* @__PURE__ */ createContext<Shared | undefined>(undefined);

/**
 * Gives the hooks below it a client, the strings and the locale. It draws nothing: `MfaProvider` does, which also holds
 * the step-up dialog.
 */
export function MfaDataProvider({
  endpoint = "/auth/mfa",
  client: given,
  strings,
  locale = "en",
  children,
}: MfaDataProviderProps): ReactNode {
  const shared = useMemo(() => {
    const client = given ?? createMfaClient({ endpoint });
    const watchers = new Set<() => void>();
    const stepUp = createStepUp(client.now, () => {
      for (const load of watchers) load();
    });
    return { client, stepUp, watchers };
  }, [given, endpoint]);
  const value = useMemo(() => ({ ...shared, strings, locale }), [shared, strings, locale]);
  return createElement(Context.Provider, { value }, children);
}

/** @internal */
export function useShared(): Shared {
  const shared = useContext(Context);
  if (!shared) throw new Error("This hook has no client: put <MfaProvider> around the app.");
  return shared;
}

/** The client, the strings and the locale of the provider. */
export const useMfa = (): MfaData => useShared();
