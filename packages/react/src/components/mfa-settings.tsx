import type { StatusAnswer } from "@nightlatch/core/http";
import { type ReactNode, useId, useState } from "react";
import { useSettings } from "../hooks/index.ts";
import type { UseSettings } from "../hooks/types.ts";
import { Dialog } from "./dialog.tsx";
import { EnrolmentWizard } from "./enrolment-wizard.tsx";
import { FactorList } from "./factor-list.tsx";
import { useUi } from "./looks.ts";
import { MfaBadge } from "./mfa-badge.tsx";
import { Badge, Button, Hidden, Link, Notice, Text } from "./parts.tsx";
import { Section, Skeleton } from "./section.tsx";
import { SettingsDialogs } from "./settings-dialogs.tsx";
import { SettingsOff } from "./settings-off.tsx";
import { TrustedDevices } from "./trusted-devices.tsx";
import { inRow, useDates } from "./when.ts";

/** How many codes are few. */
const LOW = 3;

/** What the settings show beside their state. */
export interface SettingsLooks {
  /** How many recovery codes a full set has. @defaultValue 10 */
  codes?: number;
  /** Leaves out the trusted devices, where the app has none. @defaultValue true */
  devices?: boolean;
  /** Id of the device that the person is at, where the host knows it. */
  thisDevice?: string;
  /** Until when it has to be turned on (ISO 8601), where the app requires it and a grace period runs. */
  requiredBy?: string;
  /** Where authenticator apps are told of: "Choose an app". */
  appsHref?: string;
}

/** The props of `MfaSettings`. */
export type MfaSettingsProps = SettingsLooks;

/**
 * All of two-step verification on one page: turn it on, authenticators, recovery codes, trusted devices, turn it off.
 *
 * @example
 * ```tsx
 * import { MfaProvider, MfaSettings } from "@nightlatch/react";
 *
 * export const Security = () => (
 *   <MfaProvider endpoint="/auth/mfa" issuer="Fernhill">
 *     <MfaSettings />
 *   </MfaProvider>
 * );
 * ```
 */
export function MfaSettings(props: MfaSettingsProps): ReactNode {
  return <SettingsScreen settings={useSettings()} {...props} />;
}

/** How many recovery codes are left: words, pins, and the way to new ones. */
function CodesLeft({ left, total, settings }: { left: number; total: number; settings: UseSettings }): ReactNode {
  const { t, c } = useUi();
  const isLow = left <= LOW;
  const words = left > 0 ? t("codesLeft", { n: left, total }) : t("codesNone");
  const get = (
    <Button
      kind={isLow ? "primary" : "secondary"}
      small
      busy={settings.state.busy?.do === "codes"}
      onClick={() => settings.ask({ do: "codes" })}
    >
      {t("getCodes")}
    </Button>
  );
  return (
    <Section title={t("recoveryCodes")} text={t("recoveryCodesText")} action={isLow ? <Badge data-tone="brass">{words}</Badge> : get}>
      <div className={c("section-body")}>
        <div className={c("pins")} role="img" aria-label={words}>
          {Array.from({ length: Math.max(total, left) }, (_, pin) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
            <span key={pin} className={c("pin")} data-tone={pin < left ? (isLow ? "brass" : "accent") : undefined} />
          ))}
        </div>
        {isLow ? (
          <Notice tone="brass" icon="warn" action={get}>
            {left > 0 ? t("codesLow", { n: left }) : words}
          </Notice>
        ) : (
          <Text>{words}</Text>
        )}
      </div>
    </Section>
  );
}

/** What stands below the name: what it does for the person, or what is left to do. */
function Summary({ status }: { status: StatusAnswer }): ReactNode {
  const { t } = useUi();
  const { day } = useDates();
  if (status.switched_off) return t("switchedOff");
  if (!status.mfa_enabled) return t("offText");
  const since = status.factors.map(({ created_at: at }) => at).sort()[0];
  return inRow(t("settingsOnText"), since && t("onSince", { date: day(since, true) }));
}

/** The settings in any state: for a model of the host's own. */
export function SettingsScreen({
  settings,
  codes = 10,
  devices = true,
  thisDevice,
  requiredBy,
  appsHref,
}: SettingsLooks & { settings: UseSettings }): ReactNode {
  const { t, c } = useUi();
  const id = useId();
  // What is added stays what it was called when it began, though the first one turns it all on.
  const [adding, setAdding] = useState<{ another: boolean }>();
  const { state, reload, ask } = settings;
  const { phase, facts, fault, busy } = state;
  const status = facts?.status;
  const isOn = status?.mfa_enabled;
  const add = (): void => setAdding({ another: !!isOn });
  const added = (): void => setAdding(undefined);

  return (
    <div className={c("settings", true)}>
      <div className={c("settings-head")}>
        <h2 className={c("title")}>
          {t("name")} {status && <MfaBadge state={isOn ? "on" : requiredBy ? "required" : "off"} />}
        </h2>
        <Text>{status ? <Summary status={status} /> : "\u00a0"}</Text>
      </div>
      {phase === "failed" && (
        <Notice tone="bad" icon="alert" role="alert">
          {t("loadFailed")} <Link onClick={reload}>{t("tryAgain")}</Link>
        </Notice>
      )}
      {phase === "loading" && (
        <div className={c("loading")}>
          <Hidden role="status">{t("loading")}</Hidden>
          <Skeleton rows={2} />
          <Skeleton rows={0} />
        </div>
      )}
      {status && !isOn && <SettingsOff onTurnOn={add} requiredBy={requiredBy} />}
      {status && isOn && (
        <>
          <FactorList settings={settings} onAdd={add} />
          <CodesLeft left={status.recovery_codes_left} total={codes} settings={settings} />
          {devices && <TrustedDevices settings={settings} thisDevice={thisDevice} />}
          <Section
            last
            title={t("turnOffTitle")}
            text={t("turnOffText")}
            action={
              <Button kind="secondary" small busy={busy?.do === "off"} onClick={() => ask({ do: "off" })}>
                {t("turnOff")}
              </Button>
            }
          />
        </>
      )}
      <div className={c("toast")} role="alert">
        {fault && (
          <Notice tone="bad" icon="alert">
            {t("notChanged")}
          </Notice>
        )}
      </div>
      <SettingsDialogs settings={settings} />
      <Dialog open={!!adding} labelledBy={id}>
        <EnrolmentWizard titleId={id} {...adding} onDone={added} onLeave={added} appsHref={appsHref} />
      </Dialog>
    </div>
  );
}
