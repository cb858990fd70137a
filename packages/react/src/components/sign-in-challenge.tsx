import { type ReactNode, useId } from "react";
import { useSignIn, useText } from "../hooks/index.ts";
import type { UseSignIn, UseSignInOptions } from "../hooks/types.ts";
import { CodeEntry } from "./code-entry.tsx";
import { useCodeWords } from "./code-screen.tsx";
import { EnrolmentWizard } from "./enrolment-wizard.tsx";
import { Mark } from "./icons.tsx";
import { Locked } from "./locked.tsx";
import { OtherWays, wayOf } from "./other-ways.tsx";
import { Button, Card, Foot, Group, Hidden, Link, Strong, Text, Under, useClass, Wrap } from "./parts.tsx";
import { rich } from "./rich.tsx";

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
  const { challenge, methods, enrol, onDone, onRestart } = props;
  return enrol ? (
    <EnrolmentWizard
      signIn={{ challenge, methods, enrol }}
      onDone={(answer) => onDone(answer)}
      {...(onRestart && { onLeave: onRestart })}
    />
  ) : (
    <SignInCode {...props} />
  );
}

function SignInCode({ name, trustDays, onRestart, passwordHref, ...options }: SignInChallengeProps): ReactNode {
  const looks = { name, trustDays, onRestart, passwordHref };
  return <SignInScreen signIn={useSignIn(options)} {...(looks as SignInLooks)} />;
}

/** The screen of a sign-in in any state: for a model of the host's own. */
export function SignInScreen({ signIn, name, trustDays, onRestart, passwordHref }: { signIn: UseSignIn } & SignInLooks): ReactNode {
  const t = useText();
  const c = useClass();
  const id = useId();
  const { state, offered, use, trust, setTrust } = signIn;
  const { phase, method } = state;
  const { title, text } = useCodeWords(state);
  // What is held is the way back from what is sent or was saved.
  const held = state.methods.find((other) => /^(app|token)/.test(other));
  const isFirst = !held || /^(app|token)/.test(method);

  const over = (
    <>
      <Mark />
      <Group>
        <h2 className={c("heading")} id={id}>
          {t("challengeExpired")}
        </h2>
      </Group>
      {onRestart && (
        <Button kind="primary" wide onClick={onRestart}>
          {t("signInAgain")}
        </Button>
      )}
    </>
  );

  const entry = (
    <>
      <Mark />
      <Group>
        <h2 className={c("heading")} id={id}>
          {title}
        </h2>
        <Text>{text}</Text>
      </Group>
      <CodeEntry state={state} actions={signIn} hint={t("autoSubmit")}>
        {trustDays !== undefined && isFirst && (
          <label className={c("check")}>
            <input className={c("checkbox")} type="checkbox" checked={trust} onChange={(event) => setTrust(event.target.checked)} />
            <Strong>{trustDays === true ? t("trustForNow") : t("trust", { n: trustDays })}</Strong>
            <Text>{t("trustHint")}</Text>
          </label>
        )}
        <Button type="submit" kind="primary" wide busy={phase.name === "checking"}>
          {t("continue")}
        </Button>
        {!isFirst && (
          <Button wide onClick={() => use(held)}>
            {t(wayOf(held)[1])}
          </Button>
        )}
      </CodeEntry>
      {isFirst && offered.length > 0 && (
        <Foot>
          <Strong>{t("anotherWay")}</Strong>
          <OtherWays state={state} offered={offered} use={use} />
        </Foot>
      )}
    </>
  );

  return (
    <div className={c("stack", true)}>
      <Card aria-labelledby={id}>
        <Wrap key={phase.name === "locked" || phase.name === "over" ? phase.name : method}>
          {phase.name === "over" ? (
            over
          ) : phase.name === "locked" ? (
            <Locked until={phase.until} method={method} offered={offered} use={use} headingId={id} passwordHref={passwordHref} />
          ) : (
            entry
          )}
        </Wrap>
        <Hidden role="status">{phase.name === "over" ? t("challengeExpired") : ""}</Hidden>
      </Card>
      {name !== undefined && (
        <Under>
          {rich(t("signingInAs"), { name: <bdi>{name}</bdi> })} {onRestart && <Link onClick={onRestart}>{t("notYou")}</Link>}
        </Under>
      )}
    </div>
  );
}
