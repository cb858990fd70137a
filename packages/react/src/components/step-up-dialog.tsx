import { type ReactNode, useId, useState } from "react";
import type { CodeState } from "../flow/code.ts";
import { useStepUpDialog, useText } from "../hooks/index.ts";
import type { UseStepUpDialog } from "../hooks/types.ts";
import { CodeEntry } from "./code-entry.tsx";
import { useCodeWords } from "./code-screen.tsx";
import { Dialog } from "./dialog.tsx";
import { Icon, Mark } from "./icons.tsx";
import { Locked } from "./locked.tsx";
import { OtherWays } from "./other-ways.tsx";
import { Actions, AlertBox, Button, Card, Group, Head, RowBody, Small, Strong, Text, useClass, Wrap } from "./parts.tsx";

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
export function StepUpScreen({ stepUp, ...props }: StepUpDialogProps & { stepUp: UseStepUpDialog }): ReactNode {
  const id = useId();
  const { question, state, cancel } = stepUp;
  return (
    <Dialog open={question !== undefined} onClose={cancel} labelledBy={id}>
      {state && <Question stepUp={stepUp} state={state} id={id} {...props} />}
    </Dialog>
  );
}

function Question({
  stepUp,
  state,
  id,
  passwordHref,
}: StepUpDialogProps & { stepUp: UseStepUpDialog; state: CodeState; id: string }): ReactNode {
  const t = useText();
  const c = useClass();
  const [isChoosing, setChoosing] = useState(false);
  const words = useCodeWords(state);
  const { question, offered, cancel } = stepUp;
  const { action, noun, verb, keep, subject, detail } = question?.about ?? {};
  const { phase, method } = state;
  const use: typeof stepUp.use = (chosen) => {
    setChoosing(false);
    stepUp.use(chosen);
  };
  const asked = action ? t("stepUpTitle", { action }) : t("stepUpTitlePlain");
  const out = keep ?? t("notNow");
  const heading = (text: string): ReactNode => (
    <h2 className={c("heading")} id={id}>
      {text}
    </h2>
  );
  const close = (
    <Button kind="icon" aria-label={t("close")} onClick={cancel}>
      <Icon name="close" />
    </Button>
  );

  let screen: ReactNode;
  if (phase.name === "locked") {
    screen = (
      <Locked until={phase.until} method={method} offered={offered} use={use} headingId={id} passwordHref={passwordHref}>
        <Button kind={offered.length > 0 ? "secondary" : "primary"} wide onClick={cancel}>
          {out}
        </Button>
      </Locked>
    );
  } else if (phase.name === "over") {
    screen = (
      <>
        <Mark />
        {heading(t("challengeExpired"))}
        <Button kind="primary" wide onClick={cancel}>
          {t("startAgain")}
        </Button>
      </>
    );
  } else if (isChoosing) {
    screen = (
      <>
        <Mark />
        {heading(t("anotherWay"))}
        <OtherWays offered={[...offered]} use={use} />
        <Button wide onClick={() => setChoosing(false)}>
          {t("back")}
        </Button>
      </>
    );
  } else {
    screen = (
      <>
        <Mark />
        <Group>
          {heading(asked)}
          {method !== "app" && <Text>{words.text}</Text>}
        </Group>
        {subject && (
          <AlertBox>
            <RowBody>
              <Strong>{subject}</Strong>
              {detail && <Small>{detail}</Small>}
            </RowBody>
          </AlertBox>
        )}
        <CodeEntry
          state={state}
          actions={stepUp}
          label={t("stepUpText")}
          hint={noun ? t("stepUpBound", { noun }) : state.rules.autoSubmit ? t("autoSubmit") : t("codeHint", { digits: state.digits })}
        >
          <Actions data-fill="">
            <Button kind="secondary" onClick={cancel}>
              {out}
            </Button>
            <Button type="submit" kind="primary" busy={phase.name === "checking"}>
              {verb ? t("stepUpConfirm", { verb }) : t("confirm")}
            </Button>
          </Actions>
        </CodeEntry>
        {offered.length > 0 && (
          <Button wide onClick={() => setChoosing(true)}>
            {t("tryAnotherWay")}
          </Button>
        )}
      </>
    );
  }
  return (
    <Card>
      <Wrap key={isChoosing ? "choose" : phase.name === "locked" || phase.name === "over" ? phase.name : method}>{screen}</Wrap>
      <Head data-corner="">{close}</Head>
    </Card>
  );
}
