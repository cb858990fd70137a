import { type FunctionComponent, type ReactNode, useId } from "react";
import { useSettings } from "../hooks/index.ts";
import type { UseSettings } from "../hooks/types.ts";
import { Dialog } from "./dialog.tsx";
import type { SettingsPartProps } from "./factor-list.tsx";
import { useUi } from "./looks.ts";
import { Actions, Button, Card, Intro } from "./parts.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";

/** What is asked before it is done, and new codes until they are saved. */
export function SettingsDialogs({ settings }: { settings: UseSettings }): ReactNode {
  const { t } = useUi();
  const id = useId();
  const { state, keep, confirm, setSaved, finish } = settings;
  const { asking, busy, fresh, facts } = state;

  function questionOf(): [title: string, text: string, out: string, act: string] | undefined {
    switch (asking?.do) {
      case "remove": {
        const nameOf = (is: boolean): string => facts?.status.factors.find((factor) => (factor.id === asking.id) === is)?.name ?? "";
        return [t("removeTitle", { name: nameOf(true) }), t("removeText", { other: nameOf(false) }), t("keepIt"), t("remove")];
      }
      case "off":
        return [`${t("turnOffTitle")}?`, t("turnOffText"), t("keepOn"), t("turnOff")];
      case "codes":
        return [t("getCodesTitle"), t("getCodesText"), t("keepCodes"), t("getCodes")];
      default:
        return undefined;
    }
  }

  const question = questionOf();
  const [title, text, out, act] = question ?? [];
  return (
    <>
      <Dialog open={!!question && !busy} onClose={keep} labelledBy={id}>
        <Card>
          <Intro id={id} title={title} text={text} />
          <Actions>
            <Button kind="secondary" data-focus-first="" onClick={keep}>
              {out}
            </Button>
            <Button kind={asking?.do === "codes" ? "primary" : "danger"} onClick={confirm}>
              {act}
            </Button>
          </Actions>
        </Card>
      </Dialog>
      <Dialog open={!!fresh} labelledBy={id}>
        <Card>
          <Intro id={id} title={t("codesTitle")} text={t("codesText")} />
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
