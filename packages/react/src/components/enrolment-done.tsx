import { type ReactNode, useState } from "react";
import type { EnrolState } from "../flow/enrol.ts";
import { useMfa, useText } from "../hooks/index.ts";
import type { StringKey } from "../strings/strings.ts";
import { Icon, Mark } from "./icons.tsx";
import { NameForm } from "./name-form.tsx";
import { Button, Group, List, Row, RowBody, Strong, Text, useClass } from "./parts.tsx";

/** The end: what is there now, and what may be done about it. */
export function EnrolmentDone({
  state: { setup, codes },
  titled,
  finish,
  restart,
  canRename,
}: {
  state: EnrolState & { step: "done" };
  titled(words: StringKey): ReactNode;
  finish(): void;
  restart(): void;
  canRename: boolean | undefined;
}): ReactNode {
  const t = useText();
  const c = useClass();
  const { client } = useMfa();
  const [name, setName] = useState<string>();
  const [isNaming, setNaming] = useState(false);

  const rename = async (chosen: string): Promise<void> => {
    const renamed = await client.rename(setup.factor_id, { name: chosen });
    if (renamed.ok) setName(renamed.answer.name);
    setNaming(false);
  };

  return (
    <>
      <Mark large>
        <Icon name="check" />
      </Mark>
      <div className={c("group")} data-center="">
        {titled("doneTitle")}
        <Text>{t("doneText")}</Text>
      </div>
      <List>
        <Row>
          <Icon name="phone" />
          {isNaming ? (
            <NameForm name={name ?? ""} onName={rename} onDrop={() => setNaming(false)} />
          ) : (
            <>
              <RowBody>
                <Strong>
                  <bdi>{name ?? setup.account}</bdi>
                </Strong>
                <Text>{t("authenticatorAdded")}</Text>
              </RowBody>
              {canRename && (
                <Button small onClick={() => setNaming(true)}>
                  {t("rename")}
                </Button>
              )}
            </>
          )}
        </Row>
        {codes > 0 && (
          <Row>
            <Icon name="codes" />
            <RowBody>
              <Strong>{t("codesCount", { n: codes })}</Strong>
              <Text>{t("codesAway")}</Text>
            </RowBody>
          </Row>
        )}
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
