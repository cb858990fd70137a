import { type ReactNode, useEffect, useId, useRef } from "react";
import { useEnrolment } from "../hooks/index.ts";
import type { UseEnrolment, UseEnrolmentOptions } from "../hooks/types.ts";
import type { StringKey } from "../strings/strings.ts";
import { Close } from "./code-card.tsx";
import { CodeEntry } from "./code-entry.tsx";
import { EnrolmentDone } from "./enrolment-done.tsx";
import { EnrolmentScan } from "./enrolment-scan.tsx";
import { Icon } from "./icons.tsx";
import { useUi } from "./looks.ts";
import { Actions, Bone, Button, Card, Hidden, Intro, Screen, Strong } from "./parts.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { rich } from "./rich.tsx";

/** What the wizard shows beside its flow. */
export interface EnrolmentLooks {
  /** Called when the person leaves before the end; the cross is not shown without it. */
  onLeave?: (() => void) | undefined;
  /** Where authenticator apps are told of: "Choose an app". */
  appsHref?: string | undefined;
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
export function EnrolmentWizard(props: EnrolmentWizardProps): ReactNode {
  return <EnrolmentScreen {...props} enrolment={useEnrolment(props)} canRename={!props.signIn} />;
}

/** The steps that are shown; those that are done are no links. */
const STEPS: readonly (readonly [name: string, words: StringKey])[] = [
  ["scan", "stepScan"],
  ["confirm", "stepConfirm"],
  ["codes", "stepSave"],
];

/** The wizard in any state: for a model of the host's own. */
export function EnrolmentScreen({
  enrolment,
  canRename,
  onLeave,
  appsHref,
  another,
  titleId,
}: EnrolmentLooks & { enrolment: UseEnrolment; canRename?: boolean }): ReactNode {
  const { t, c } = useUi();
  const own = useId();
  const id = titleId ?? own;
  const { state, restart, back, next, leave, setSaved, finish, done } = enrolment;
  const { step } = state;
  const focus = useRef<HTMLHeadingElement>(null);
  const last = useRef(step);
  useEffect(() => {
    // On "Confirm" the field takes it.
    if (last.current !== step && last.current !== "starting" && step !== "confirm") focus.current?.focus();
    last.current = step;
  }, [step]);

  function screen(): ReactNode {
    switch (state.step) {
      case "failed":
        return (
          <>
            <div role="alert">
              <Intro focus={focus} title={t(state.problem.code === "challenge_expired" ? "setupExpired" : "setupFailed")} />
            </div>
            <Actions data-foot="">
              <Button kind="primary" onClick={restart}>
                {t("tryAgain")}
              </Button>
            </Actions>
          </>
        );
      case "scan":
        return <EnrolmentScan setup={state.setup} focus={focus} next={next} appsHref={appsHref} />;
      case "confirm": {
        const { code, setup } = state;
        const text = rich(t("confirmText", { digits: code.digits }), { issuer: <bdi>{setup.issuer}</bdi> });
        return (
          <>
            <Intro focus={focus} title={t("confirmTitle")} text={text} />
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
      }
      case "codes":
        return (
          <>
            <Intro focus={focus} title={t("codesTitle")} text={t("codesText")} />
            <RecoveryCodes {...state} onSaved={setSaved} onFinish={finish} />
          </>
        );
      case "done":
        return <EnrolmentDone state={state} focus={focus} finish={done} restart={restart} canRename={canRename} />;
      default:
        return (
          <div className={c("loading")} aria-hidden="true">
            <Bone style={{ width: 300, height: 25 }} />
            <Bone style={{ width: 198, height: 198 }} />
            <Bone style={{ width: 350 }} />
          </div>
        );
    }
  }

  if (step === "left") return null;
  const title = t(another ? "enrolAddTitle" : "enrolTitle");
  const at = Math.max(
    0,
    STEPS.findIndex(([name]) => name === step),
  );
  return (
    <Card data-page="" aria-labelledby={id}>
      {step === "done" ? (
        <Hidden id={id}>{title}</Hidden>
      ) : (
        <>
          <div className={c("head")}>
            <Strong id={id}>{title}</Strong>
            {onLeave && step !== "codes" && (
              <Close
                onClose={() => {
                  leave();
                  onLeave();
                }}
              />
            )}
          </div>
          <ol className={c("steps")}>
            {STEPS.map(([name, words], index) => (
              <li key={name} className={c("step")} data-done={index < at || undefined} aria-current={index === at ? "step" : undefined}>
                {index < at && <Icon name="check" />}
                {t(words)}
              </li>
            ))}
          </ol>
        </>
      )}
      <Screen key={step}>{screen()}</Screen>
      <Hidden role="status">{step === "starting" && t("loading")}</Hidden>
    </Card>
  );
}
