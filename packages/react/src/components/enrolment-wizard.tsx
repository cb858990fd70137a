import { type ReactNode, useEffect, useId, useRef } from "react";
import { useEnrolment, useText } from "../hooks/index.ts";
import type { UseEnrolment, UseEnrolmentOptions } from "../hooks/types.ts";
import type { StringKey } from "../strings/strings.ts";
import { CodeEntry } from "./code-entry.tsx";
import { EnrolmentDone } from "./enrolment-done.tsx";
import { EnrolmentScan } from "./enrolment-scan.tsx";
import { Icon } from "./icons.tsx";
import { Actions, Bone, Button, Card, Group, Head, Hidden, Strong, Text, useClass, Wrap } from "./parts.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { rich } from "./rich.tsx";

/** What the wizard shows beside its flow. */
export interface EnrolmentLooks {
  /** Called when the person leaves before the end; the cross is not shown without it. */
  onLeave?: () => void;
  /** Where authenticator apps are told of: "Choose an app". */
  appsHref?: string;
  /** That another authenticator is there already: the heading says "Add an authenticator". */
  another?: boolean;
  /** @internal the dialog's own name */
  titleId?: string;
}

/** The props of `EnrolmentWizard`. */
export type EnrolmentWizardProps = UseEnrolmentOptions & EnrolmentLooks;

/**
 * Sets up an authenticator: scan, confirm by a first code, save the recovery codes. A card of its own; a page with its
 * actions at the foot on a phone.
 *
 * @example
 * ```tsx
 * import { EnrolmentWizard } from "@nightlatch/react";
 *
 * export const Setup = () => <EnrolmentWizard onDone={() => location.assign("/account")} onLeave={() => history.back()} />;
 * ```
 */
export function EnrolmentWizard({ onLeave, appsHref, another, titleId, ...options }: EnrolmentWizardProps): ReactNode {
  const looks = { onLeave, appsHref, another, titleId } as EnrolmentLooks;
  return <EnrolmentScreen enrolment={useEnrolment(options)} canRename={!options.signIn} {...looks} />;
}

const STEPS: readonly (readonly [name: string, words: StringKey])[] = [
  ["scan", "stepScan"],
  ["confirm", "stepConfirm"],
  ["codes", "stepSave"],
];

/** Where one is; steps that are done are no links. */
function Steps({ at }: { at: number }): ReactNode {
  const t = useText();
  const c = useClass();
  return (
    <ol className={c("steps")}>
      {STEPS.map(([name, words], index) => (
        <li key={name} className={c("step")} data-state={index < at ? "done" : undefined} aria-current={index === at ? "step" : undefined}>
          {index < at && <Icon name="check" />}
          {t(words)}
        </li>
      ))}
    </ol>
  );
}

/** The wizard in any state: for a model of the host's own. */
export function EnrolmentScreen({
  enrolment,
  canRename,
  onLeave,
  appsHref,
  another,
  titleId,
}: EnrolmentLooks & { enrolment: UseEnrolment; canRename?: boolean }): ReactNode {
  const t = useText();
  const c = useClass();
  const own = useId();
  const id = titleId ?? own;
  const { state, restart, back, next, leave, setSaved, finish, done } = enrolment;
  const { step } = state;
  const heading = useRef<HTMLHeadingElement>(null);
  const last = useRef(step);
  useEffect(() => {
    // On "Confirm" the field takes it.
    if (last.current !== step && last.current !== "starting" && step !== "confirm") heading.current?.focus();
    last.current = step;
  }, [step]);
  if (step === "left") return null;

  const titled = (words: StringKey): ReactNode => (
    <h2 ref={heading} className={c("heading")} tabIndex={-1} data-focus-first="">
      {t(words)}
    </h2>
  );
  const cross = onLeave && step !== "codes" && step !== "done" && (
    <Button
      kind="icon"
      aria-label={t("close")}
      onClick={() => {
        leave();
        onLeave();
      }}
    >
      <Icon name="close" />
    </Button>
  );

  let screen: ReactNode;
  if (step === "starting") {
    screen = (
      <div className={c("loading")} aria-hidden="true">
        <Bone style={{ width: "80%", height: 25, marginBottom: 24 }} />
        <Bone style={{ width: 198, height: 198 }} />
        <Bone style={{ width: "90%", marginTop: 24 }} />
        <Bone style={{ width: "60%" }} />
      </div>
    );
  } else if (step === "failed") {
    screen = (
      <>
        <Group role="alert">{titled(state.problem.code === "challenge_expired" ? "setupExpired" : "setupFailed")}</Group>
        <Actions data-foot="">
          <Button kind="primary" onClick={restart}>
            {t("tryAgain")}
          </Button>
        </Actions>
      </>
    );
  } else if (step === "scan") {
    screen = <EnrolmentScan setup={state.setup} titled={titled} next={next} appsHref={appsHref} />;
  } else if (step === "confirm") {
    const { code, setup } = state;
    screen = (
      <>
        <Group>
          {titled("confirmTitle")}
          <Text>{rich(t("confirmText", { digits: code.digits }), { issuer: <bdi>{setup.issuer}</bdi> })}</Text>
        </Group>
        <CodeEntry state={code} actions={enrolment} hint={t("autoSubmit")}>
          <Actions data-foot="">
            <Button onClick={back}>{t("back")}</Button>
            <Button type="submit" kind="primary" busy={code.phase.name === "checking"}>
              {t("confirm")}
            </Button>
          </Actions>
        </CodeEntry>
      </>
    );
  } else if (step === "codes") {
    screen = (
      <>
        <Group>
          {titled("codesTitle")}
          <Text>{t("codesText")}</Text>
        </Group>
        <RecoveryCodes {...state} onSaved={setSaved} onFinish={finish} />
      </>
    );
  } else {
    screen = <EnrolmentDone state={state} titled={titled} finish={done} restart={restart} canRename={canRename} />;
  }

  const title = t(another ? "enrolAddTitle" : "enrolTitle");
  const at = STEPS.findIndex(([name]) => name === step);
  return (
    <Card data-page="" aria-labelledby={id}>
      {step === "done" ? (
        <Hidden id={id}>{title}</Hidden>
      ) : (
        <>
          <Head>
            <Strong id={id}>{title}</Strong>
            {cross}
          </Head>
          <Steps at={Math.max(0, at)} />
        </>
      )}
      <Wrap key={step}>{screen}</Wrap>
      <Hidden role="status">{step === "starting" ? t("loading") : ""}</Hidden>
    </Card>
  );
}
