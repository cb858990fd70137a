import type { ReactNode } from "react";
import type { UseSettings } from "../hooks/types.ts";
import type { SettingsPartProps } from "./factor-list.tsx";
import { deviceIcon } from "./icons.tsx";
import { useUi } from "./looks.ts";
import { Badge, Button, Row } from "./parts.tsx";
import { Section } from "./section.tsx";
import { ownSettings } from "./settings-dialogs.tsx";
import { inRow, useDates } from "./when.ts";

/** The props of `TrustedDevices`. */
export interface TrustedDevicesProps extends SettingsPartProps {
  /** Id of the device that the person is at, where the host knows it. */
  thisDevice?: string | undefined;
}

function Devices({ settings, thisDevice }: TrustedDevicesProps & { settings: UseSettings }): ReactNode {
  const { t } = useUi();
  const { day, lastUsed } = useDates();
  const { state, act } = settings;
  const devices = state.facts?.devices ?? [];
  return (
    <Section title={t("devices")} text={t(devices.length > 0 ? "devicesText" : "devicesNone")}>
      <ul>
        {devices.map(({ id, name, expires_at: until, last_used_at: usedAt }) => (
          <Row
            key={id}
            tile
            icon={deviceIcon(name, "laptop")}
            title={
              <>
                <bdi>{name}</bdi>
                {id === thisDevice && <Badge data-tone="accent">{t("thisDevice")}</Badge>}
              </>
            }
            text={inRow(t("trustedUntil", { date: day(until) }), usedAt && lastUsed(usedAt))}
          >
            <Button
              kind="secondary"
              small
              busy={state.busy?.do === "untrust" && state.busy.id === id}
              aria-label={`${t("stopTrusting")}: ${name}`}
              onClick={() => act({ do: "untrust", id })}
            >
              {t("stopTrusting")}
            </Button>
          </Row>
        ))}
      </ul>
    </Section>
  );
}

/** The devices that no code is asked for on: to stop trusting. */
export const TrustedDevices: (props: TrustedDevicesProps) => ReactNode = ownSettings(Devices);
