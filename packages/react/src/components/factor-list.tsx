import type { ReactNode } from "react";
import { useText } from "../hooks/index.ts";
import type { UseSettings } from "../hooks/types.ts";
import { Icon } from "./icons.tsx";
import { Menu } from "./menu.tsx";
import { NameForm } from "./name-form.tsx";
import { Button, Row, RowBody, Strong, Text } from "./parts.tsx";
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
  const t = useText();
  const { lastUsed } = useDates();
  const { state, ask, act, keep } = settings;
  const { asking, busy } = state;
  const factors = state.facts?.status.factors ?? [];
  const add = onAdd && (
    <Button kind="secondary" small onClick={onAdd}>
      <Icon name="plus" />
      {t("addAuthenticator")}
    </Button>
  );
  return (
    <Section title={t("authenticators")} text={t("authenticatorsText")} action={add}>
      <ul>
        {factors.map(({ id, name, last_used_at: usedAt }) => {
          const named = [asking, busy].find((doing) => doing?.do === "rename" && doing.id === id);
          return (
            <Row key={id}>
              <Icon name="phone" part="tile" />
              {named ? (
                <NameForm name={name} busy={!!busy} onName={(chosen) => act({ do: "rename", id, name: chosen })} onDrop={keep} />
              ) : (
                <>
                  <RowBody>
                    <Strong>
                      <bdi>{name}</bdi>
                    </Strong>
                    <Text>{lastUsed(usedAt)}</Text>
                  </RowBody>
                  <Menu
                    label={t("more", { name })}
                    items={[
                      { icon: "edit", words: t("rename"), act: () => ask({ do: "rename", id, name }) },
                      factors.length > 1
                        ? { icon: "trash", words: t("remove"), act: () => ask({ do: "remove", id }) }
                        : { icon: "trash", words: t("turnOffTitle"), act: () => ask({ do: "off" }) },
                    ]}
                  />
                </>
              )}
            </Row>
          );
        })}
      </ul>
    </Section>
  );
}

/** The authenticators there are: to rename and to remove. */
export const FactorList: (props: FactorListProps) => ReactNode = ownSettings(Factors);
