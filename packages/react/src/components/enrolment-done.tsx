import { type ReactNode, type RefObject, useState } from "react";
import type { EnrolState } from "../flow/enrol.ts";
import { Icon, Mark } from "./icons.tsx";
import { useUi } from "./looks.ts";
import { NameForm } from "./name-form.tsx";
import { Button, Group, Intro, List, Row } from "./parts.tsx";

/** The end: what is there now, and what may be done about it. */
export function EnrolmentDone({
  state: { setup, codes },
  focus,
  finish,
  restart,
  canRename,
}: {
  state: EnrolState & { step: "done" };
  focus: RefObject<HTMLHeadingElement | null>;
  finish(): void;
  restart(): void;
  canRename: boolean | undefined;
}): ReactNode {
  const { t, client } = useUi();
  const [name, setName] = useState<string>();
  const [isNaming, setNaming] = useState(false);

  const rename = async (chosen: string): Promise<void> => {
    const renamed = await client.rename(setup.factor_id, { name: chosen });
    if (renamed.ok) setName(renamed.answer.name);
    setNaming(false);
  };

  return (
    <>
      <Mark>
        <Icon name="check" />
      </Mark>
      <Intro center focus={focus} title={t("doneTitle")} text={t("doneText")} />
      <List>
        <Row
          icon="phone"
          title={<bdi>{name ?? setup.account}</bdi>}
          text={t("authenticatorAdded")}
          form={isNaming && <NameForm name={name ?? ""} onName={rename} onDrop={() => setNaming(false)} />}
        >
          {canRename && (
            <Button small onClick={() => setNaming(true)}>
              {t("rename")}
            </Button>
          )}
        </Row>
        {codes > 0 && <Row icon="codes" title={t("codesCount", { n: codes })} text={t("codesAway")} />}
      </List>
      <Group>
        <Button kind="primary" wide onClick={finish}>
          {t("done")}
        </Button>
        {canRename && codes > 0 && (
          <Button wide onClick={restart}>
            {t("addSecond")}
          </Button>
        )}
      </Group>
    </>
  );
}
