import { type ReactNode, useId, useState } from "react";
import type { CodeMethod, CodeState } from "../flow/code.ts";
import { useStepUpDialog } from "../hooks/index.ts";
import type { UseStepUpDialog } from "../hooks/types.ts";
import { Close, CodeCard, useCodeWords } from "./code-card.tsx";
import { CodeEntry } from "./code-entry.tsx";
import { Dialog } from "./dialog.tsx";
import { useUi } from "./looks.ts";
import { OtherWays } from "./other-ways.tsx";
import { Actions, Button, Group, Intro, Notice, RowBody, Small, Strong } from "./parts.tsx";

/** What the dialog shows beside its question. */
export interface StepUpDialogProps {
  /** Where a password is changed: offered beside a lock. */
  passwordHref?: string;
}

/**
 * Asks for a code when a request needs one: what is to be approved, a field, and a way out. `MfaProvider` brings one along
 * already; place your own where it should say more, and give the provider `dialog={null}`.
 */
export function StepUpDialog(props: StepUpDialogProps): ReactNode {
  return <StepUpScreen stepUp={useStepUpDialog()} {...props} />;
}

/** The dialog in any state: for a model of the host's own. */
export function StepUpScreen({ stepUp, passwordHref }: StepUpDialogProps & { stepUp: UseStepUpDialog }): ReactNode {
  const id = useId();
  const { question, state, cancel } = stepUp;
  return (
    <Dialog open={question !== undefined} onClose={cancel} labelledBy={id}>
      {state && <Question stepUp={stepUp} state={state} id={id} passwordHref={passwordHref} />}
    </Dialog>
  );
}

function Question({
  stepUp,
  state,
  id,
  passwordHref,
}: {
  stepUp: UseStepUpDialog;
  state: CodeState;
  id: string;
  passwordHref: string | undefined;
}): ReactNode {
  const { t } = useUi();
  const [isChoosing, setChoosing] = useState(false);
  const { text } = useCodeWords(state);
  const { question, offered, cancel } = stepUp;
  const { action, noun, verb, subject, detail, keep = t("notNow") } = question?.about ?? {};
  const use = (method: CodeMethod): void => {
    setChoosing(false);
    stepUp.use(method);
  };
  const model = { state, offered, use };
  const out = (kind: "primary" | "secondary", words: string): ReactNode => (
    <Button kind={kind} wide onClick={cancel}>
      {words}
    </Button>
  );
  const isApp = state.method === "app";
  const hint = state.rules.autoSubmit ? t("autoSubmit") : t("codeHint", { digits: state.digits });

  return (
    <CodeCard
      model={model}
      id={id}
      passwordHref={passwordHref}
      again={out("primary", t("startAgain"))}
      way={out(offered.length > 0 ? "secondary" : "primary", keep)}
      screen={isChoosing && "choose"}
      corner={<Close onClose={cancel} />}
    >
      {isChoosing ? (
        <>
          <Intro mark id={id} title={t("anotherWay")} />
          <OtherWays model={model} use={use} />
          <Button wide onClick={() => setChoosing(false)}>
            {t("back")}
          </Button>
        </>
      ) : (
        <>
          <Intro mark id={id} title={action ? t("stepUpTitle", { action }) : t("stepUpTitlePlain")} text={!isApp && text} />
          {subject && (
            <Notice>
              <RowBody>
                <Strong>
                  <bdi>{subject}</bdi>
                </Strong>
                {detail && (
                  <Small>
                    <bdi>{detail}</bdi>
                  </Small>
                )}
              </RowBody>
            </Notice>
          )}
          <CodeEntry
            state={state}
            actions={stepUp}
            label={t("stepUpText")}
            hint={noun && question?.purpose ? t("stepUpBound", { noun }) : hint}
          >
            <Group>
              <Actions data-fill="">
                <Button kind="secondary" onClick={cancel}>
                  {keep}
                </Button>
                <Button type="submit" kind="primary" busy={state.phase.name === "checking"}>
                  {verb ? t("stepUpConfirm", { verb }) : t("confirm")}
                </Button>
              </Actions>
              {offered.length > 0 && (
                <Button wide onClick={() => setChoosing(true)}>
                  {t("tryAnotherWay")}
                </Button>
              )}
            </Group>
          </CodeEntry>
        </>
      )}
    </CodeCard>
  );
}
