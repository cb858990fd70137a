import { type FunctionComponent, type ReactNode, useId } from "react";
import { useSettings, useText } from "../hooks/index.ts";
import type { UseSettings } from "../hooks/types.ts";
import { Dialog } from "./dialog.tsx";
import type { SettingsPartProps } from "./factor-list.tsx";
import { Actions, Button, Card, Group, Text, useClass } from "./parts.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";

/** What is asked before it is done, and new codes until they are saved. */
export function SettingsDialogs({ settings }: { settings: UseSettings }): ReactNode {
  const t = useText();
  const c = useClass();
  const id = useId();
  const {
    state: { asking, busy, fresh, facts },
    keep,
    confirm,
    setSaved,
    finish,
  } = settings;
  const factors = facts?.status.factors ?? [];
  const named = (wanted: string | undefined): string => factors.find((factor) => factor.id === wanted)?.name ?? "";
  const heading = (words: string): ReactNode => (
    <h2 className={c("heading")} id={id}>
      {words}
    </h2>
  );

  const question =
    asking?.do === "remove"
      ? {
          title: t("removeTitle", { name: named(asking.id) }),
          text: t("removeText", { other: factors.find((factor) => factor.id !== asking.id)?.name ?? "" }),
          out: t("keepIt"),
          act: t("remove"),
        }
      : asking?.do === "off"
        ? { title: `${t("turnOffTitle")}?`, text: t("turnOffText"), out: t("keepOn"), act: t("turnOff") }
        : asking?.do === "codes"
          ? { title: t("getCodesTitle"), text: t("getCodesText"), out: t("keepCodes"), act: t("getCodes") }
          : undefined;

  return (
    <>
      <Dialog open={!!question && !busy} onClose={keep} labelledBy={id}>
        <Card>
          <Group>
            {heading(question?.title ?? "")}
            <Text>{question?.text}</Text>
          </Group>
          <Actions>
            <Button kind="secondary" data-focus-first="" onClick={keep}>
              {question?.out}
            </Button>
            <Button kind={asking?.do === "codes" ? "primary" : "danger"} onClick={confirm}>
              {question?.act}
            </Button>
          </Actions>
        </Card>
      </Dialog>
      <Dialog open={!!fresh} labelledBy={id}>
        <Card>
          <Group>
            {heading(t("codesTitle"))}
            <Text>{t("codesText")}</Text>
          </Group>
          {fresh && <RecoveryCodes {...fresh} onSaved={setSaved} onFinish={finish} />}
        </Card>
      </Dialog>
    </>
  );
}

/** Lets a part of the settings stand alone: it then loads for itself, and asks its own questions. */
export function ownSettings<Props extends SettingsPartProps>(
  Part: FunctionComponent<Props & { settings: UseSettings }>,
): (props: Props) => ReactNode {
  function Alone(props: Props): ReactNode {
    const settings = useSettings();
    return (
      <>
        <Part {...props} settings={settings} />
        <SettingsDialogs settings={settings} />
      </>
    );
  }
  return (props) => (props.settings ? <Part {...props} settings={props.settings} /> : <Alone {...props} />);
}
