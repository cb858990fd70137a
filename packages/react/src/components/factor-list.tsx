import type { ReactNode } from "react";
import type { UseSettings } from "../hooks/types.ts";
import { deviceIcon } from "./icons.tsx";
import { useUi } from "./looks.ts";
import { Menu } from "./menu.tsx";
import { NameForm } from "./name-form.tsx";
import { Button, Row } from "./parts.tsx";
import { Section } from "./section.tsx";
import { ownSettings } from "./settings-dialogs.tsx";
import { useDates } from "./when.ts";

/** What a part of the settings is driven by. */
export interface SettingsPartProps {
  /** What `useSettings` gives, where several parts share it; its own without. */
  settings?: UseSettings;
}

/** The props of `FactorList`. */
export interface FactorListProps extends SettingsPartProps {
  /** Opens the enrolment of another one. */
  onAdd?: () => void;
}

function Factors({ settings, onAdd }: FactorListProps & { settings: UseSettings }): ReactNode {
  const { t } = useUi();
  const { lastUsed } = useDates();
  const { state, ask, act, keep } = settings;
  const { asking, busy } = state;
  const factors = state.facts?.status.factors ?? [];
  const add = onAdd && (
    <Button kind="secondary" small icon="plus" onClick={onAdd}>
      {t("addAuthenticator")}
    </Button>
  );
  return (
    <Section title={t("authenticators")} text={t("authenticatorsText")} action={add}>
      <ul>
        {factors.map(({ id, name, last_used_at: usedAt }) => {
          const isNamed = [asking, busy].some((doing) => doing?.do === "rename" && doing.id === id);
          return (
            <Row
              key={id}
              tile
              icon={deviceIcon(name, "phone")}
              title={<bdi>{name}</bdi>}
              text={lastUsed(usedAt)}
              form={
                isNamed && <NameForm name={name} busy={!!busy} onName={(chosen) => act({ do: "rename", id, name: chosen })} onDrop={keep} />
              }
            >
              <Menu
                label={t("more", { name })}
                items={[
                  ["edit", t("rename"), () => ask({ do: "rename", id, name })],
                  [
                    "trash",
                    t(factors.length > 1 ? "remove" : "turnOffTitle"),
                    () => ask(factors.length > 1 ? { do: "remove", id } : { do: "off" }),
                  ],
                ]}
              />
            </Row>
          );
        })}
      </ul>
    </Section>
  );
}

/** The authenticators there are: to rename and to remove. */
export const FactorList: (props: FactorListProps) => ReactNode = ownSettings(Factors);
