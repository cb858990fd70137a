import type { ReactNode } from "react";
import type { MfaDataProviderProps } from "../hooks/index.ts";
import { MfaDataProvider } from "../hooks/index.ts";
import { type Looks, LooksContext } from "./looks.ts";
import { StepUpDialog } from "./step-up-dialog.tsx";

/** The props of `MfaProvider`. */
export interface MfaProviderProps extends MfaDataProviderProps, Looks {
  /** What asks for a code when a request needs one; `null` where it is placed elsewhere. @defaultValue `<StepUpDialog />` */
  dialog?: ReactNode;
}

const DIALOG = <StepUpDialog />;

/**
 * What every component and hook needs: where the MFA routes are, the language and the looks. It brings the step-up dialog
 * along.
 *
 * @example
 * ```tsx
 * import { MfaProvider } from "@nightlatch/react";
 * import { de } from "@nightlatch/react/strings/de";
 * import type { ReactNode } from "react";
 *
 * export const Providers = ({ children }: { children: ReactNode }) => (
 *   <MfaProvider endpoint="/auth/mfa" issuer="Fernhill" strings={de} locale="de">
 *     {children}
 *   </MfaProvider>
 * );
 * ```
 */
export function MfaProvider({
  classNames,
  unstyled,
  slots,
  issuer,
  period,
  dialog = DIALOG,
  children,
  ...data
}: MfaProviderProps): ReactNode {
  const looks = { classNames, unstyled, slots, issuer, period } as Looks;
  return (
    <MfaDataProvider {...data}>
      <LooksContext.Provider value={looks}>
        {children}
        {dialog}
      </LooksContext.Provider>
    </MfaDataProvider>
  );
}
