import type { ReactNode } from "react";
import { useText } from "../hooks/index.ts";
import type { UseSettings } from "../hooks/types.ts";
import type { SettingsPartProps } from "./factor-list.tsx";
import { Icon } from "./icons.tsx";
import { Badge, Button, Row, RowBody, Strong, Text } from "./parts.tsx";
import { Section } from "./section.tsx";
import { ownSettings } from "./settings-dialogs.tsx";
import { useDates } from "./when.ts";

/** The props of `TrustedDevices`. */
export interface TrustedDevicesProps extends SettingsPartProps {
  /** Id of the device that the person is at, where the host knows it. */
  thisDevice?: string;
}

function Devices({ settings, thisDevice }: TrustedDevicesProps & { settings: UseSettings }): ReactNode {
  const t = useText();
  const { day, lastUsed } = useDates();
  const { state, act } = settings;
  const devices = state.facts?.devices ?? [];
  return (
    <Section title={t("devices")} text={devices.length > 0 ? t("devicesText") : t("devicesNone")}>
      <ul>
        {devices.map(({ id, name, expires_at: until, last_used_at: usedAt }) => (
          <Row key={id}>
            <Icon name={/iphone|android|ipad/i.test(name) ? "phone" : "laptop"} part="tile" />
            <RowBody>
              <Strong>
                <bdi>{name}</bdi>
                {id === thisDevice && <Badge data-tone="accent">{t("thisDevice")}</Badge>}
              </Strong>
              <Text>
                {t("trustedUntil", { date: day(until) })} {usedAt && `${lastUsed(usedAt)}.`}
              </Text>
            </RowBody>
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
