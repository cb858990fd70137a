import { type ReactNode, useId } from "react";
import { useSignIn } from "../hooks/index.ts";
import type { UseSignIn, UseSignInOptions } from "../hooks/types.ts";
import { CodeCard, useCodeWords } from "./code-card.tsx";
import { CodeEntry } from "./code-entry.tsx";
import { EnrolmentWizard } from "./enrolment-wizard.tsx";
import { useUi } from "./looks.ts";
import { OtherWays } from "./other-ways.tsx";
import { Button, Check, Group, Intro, Link, Strong } from "./parts.tsx";
import { rich } from "./rich.tsx";
import { wayOf } from "./ways.ts";

/** What a sign-in says beside its code. */
export interface SignInLooks {
  /** Who signs in: "Signing in as …". */
  name?: string;
  /** Days that a trusted device is trusted; the box is not shown without it. `true` where the days are not told. */
  trustDays?: number | true;
  /** Where "Not you?" and "Sign in again" lead: back to the name and the password. */
  onRestart?: () => void;
  /** Where a password is changed: offered beside a lock. */
  passwordHref?: string;
}

/** The props of `SignInChallenge`. */
export type SignInChallengeProps = UseSignInOptions & SignInLooks;

/**
 * The second step of a sign-in, from the challenge that the host's login answered with; enrolment, where the person has
 * to enrol first.
 *
 * @example
 * ```tsx
 * import { type MfaProblem, SignInChallenge } from "@nightlatch/react";
 *
 * export function SecondStep({ problem }: { problem: MfaProblem & { code: "mfa_required" } }) {
 *   return <SignInChallenge {...problem} trustDays={30} onDone={() => location.assign("/")} />;
 * }
 * ```
 */
export function SignInChallenge(props: SignInChallengeProps): ReactNode {
  const { onDone, onRestart } = props;
  return props.enrol ? (
    <EnrolmentWizard signIn={props} onDone={(answer) => onDone(answer)} onLeave={onRestart} />
  ) : (
    <SignInCode {...props} />
  );
}

const SignInCode = (props: SignInChallengeProps): ReactNode => <SignInScreen {...props} signIn={useSignIn(props)} />;

/** The screen of a sign-in in any state: for a model of the host's own. */
export function SignInScreen({ signIn, name, trustDays, onRestart, passwordHref }: { signIn: UseSignIn } & SignInLooks): ReactNode {
  const { t, c } = useUi();
  const id = useId();
  const { state, offered, use, trust, setTrust } = signIn;
  const { phase, method, methods } = state;
  const { title, text } = useCodeWords(state);
  const isHeld = (way: string): boolean => /^(app|token)/.test(way);
  // What is held is the way back from what is sent or was saved.
  const back = isHeld(method) ? undefined : methods.find(isHeld);
  const again = onRestart && (
    <Button kind="primary" wide onClick={onRestart}>
      {t("signInAgain")}
    </Button>
  );
  return (
    <div className={c("stack", true)}>
      <CodeCard model={signIn} id={id} passwordHref={passwordHref} again={again}>
        <Intro mark id={id} title={title} text={text} />
        <CodeEntry state={state} actions={signIn} hint={t("autoSubmit")}>
          {trustDays !== undefined && !back && (
            <Check
              label={trustDays === true ? t("trustForNow") : t("trust", { n: trustDays })}
              hint={t("trustHint")}
              checked={trust}
              onTick={setTrust}
            />
          )}
          <Group>
            <Button type="submit" kind="primary" wide busy={phase.name === "checking"}>
              {t("continue")}
            </Button>
            {back && (
              <Button wide onClick={() => use(back)}>
                {t(wayOf(back)[1])}
              </Button>
            )}
          </Group>
        </CodeEntry>
        {!back && offered.length > 0 && (
          <div className={c("foot")}>
            <Strong>{t("anotherWay")}</Strong>
            <OtherWays model={signIn} use={use} />
          </div>
        )}
      </CodeCard>
      {name !== undefined && (
        <p className={c("under")}>
          {rich(t("signingInAs"), { name: <bdi>{name}</bdi> })} {onRestart && <Link onClick={onRestart}>{t("notYou")}</Link>}
        </p>
      )}
    </div>
  );
}
