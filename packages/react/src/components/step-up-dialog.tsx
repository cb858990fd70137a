import { type ReactNode, useId, useState } from "react";
import type { CodeMethod, CodeState } from "../flow/code.ts";
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

/** What all screens of the dialog are made with. */
interface ScreenProps {
  stepUp: UseStepUpDialog;
  state: CodeState;
  heading(text: string): ReactNode;
  use(method: CodeMethod): void;
  /** The way out, in words. */
  out: string;
}

/** The question itself: what is to be approved, and the field. */
function Asking({ stepUp, state, heading, out, choose }: ScreenProps & { choose(): void }): ReactNode {
  const t = useText();
  const { text } = useCodeWords(state);
  const { question, offered, cancel } = stepUp;
  const { action, noun, verb, subject, detail } = question?.about ?? {};
  const hint = state.rules.autoSubmit ? t("autoSubmit") : t("codeHint", { digits: state.digits });
  return (
    <>
      <Mark />
      <Group>
        {heading(action ? t("stepUpTitle", { action }) : t("stepUpTitlePlain"))}
        {state.method !== "app" && <Text>{text}</Text>}
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
        label={t(state.method === "app" ? "stepUpText" : "code")}
        hint={noun ? t("stepUpBound", { noun }) : hint}
      >
        <Actions data-fill="">
          <Button kind="secondary" onClick={cancel}>
            {out}
          </Button>
          <Button type="submit" kind="primary" busy={state.phase.name === "checking"}>
            {verb ? t("stepUpConfirm", { verb }) : t("confirm")}
          </Button>
        </Actions>
      </CodeEntry>
      {offered.length > 0 && (
        <Button wide onClick={choose}>
          {t("tryAnotherWay")}
        </Button>
      )}
    </>
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
  const { question, offered, cancel } = stepUp;
  const { phase, method } = state;
  const screen: ScreenProps = {
    stepUp,
    state,
    out: question?.about.keep ?? t("notNow"),
    heading: (text) => (
      <h2 className={c("heading")} id={id}>
        {text}
      </h2>
    ),
    use(chosen) {
      setChoosing(false);
      stepUp.use(chosen);
    },
  };

  let shown: ReactNode;
  if (phase.name === "locked") {
    shown = (
      <Locked until={phase.until} method={method} offered={offered} use={screen.use} headingId={id} passwordHref={passwordHref}>
        <Button kind={offered.length > 0 ? "secondary" : "primary"} wide onClick={cancel}>
          {screen.out}
        </Button>
      </Locked>
    );
  } else if (phase.name === "over") {
    shown = (
      <>
        <Mark />
        {screen.heading(t("challengeExpired"))}
        <Button kind="primary" wide onClick={cancel}>
          {t("startAgain")}
        </Button>
      </>
    );
  } else if (isChoosing) {
    shown = (
      <>
        <Mark />
        {screen.heading(t("anotherWay"))}
        <OtherWays state={state} offered={offered} use={screen.use} />
        <Button wide onClick={() => setChoosing(false)}>
          {t("back")}
        </Button>
      </>
    );
  } else shown = <Asking {...screen} choose={() => setChoosing(true)} />;

  return (
    <Card>
      <Wrap key={isChoosing ? "choose" : phase.name === "locked" || phase.name === "over" ? phase.name : method}>{shown}</Wrap>
      <Head data-corner="">
        <Button kind="icon" aria-label={t("close")} onClick={cancel}>
          <Icon name="close" />
        </Button>
      </Head>
    </Card>
  );
}
