import { SignInChallenge } from "@nightlatch/react";
import { type FormEvent, type ReactNode, useState } from "react";
import { type ApiError, faultOf } from "../api/call.ts";
import { type Ending, type SecondStep, signIn } from "../api/session.ts";
import type { ConsoleFacts } from "../api/types.ts";
import { useAttempt } from "../api/use-attempt.ts";
import { Door } from "../parts/door.tsx";
import { Field, PasswordField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Message } from "../parts/states.tsx";
import { useFields } from "../parts/use-fields.ts";
import { useNow } from "../parts/use-media.ts";
import { Link } from "../router.tsx";

/** "14:32", until a moment. */
function Countdown({ until }: { until: number }): ReactNode {
  const seconds = Math.max(0, Math.ceil((until - useNow(1_000)) / 1_000));
  return (
    <strong className="numbers">
      {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")}
    </strong>
  );
}

function Fault({ error }: { error: ApiError }): ReactNode {
  if (error.status === 429 && error.retryAt) {
    return (
      <Message tone="bad" icon="clock" assertive>
        Too many tries. You can try again in <Countdown until={error.retryAt} />.
      </Message>
    );
  }
  const isWrong = error.code === "credentials_invalid" || error.status === 422;
  return (
    <Message tone="bad" icon={isWrong ? "lock" : "alert"} assertive>
      {isWrong ? "That username and password do not match. Check both and try again." : faultOf(error, "users")}
    </Message>
  );
}

function DemoAccounts({
  accounts,
  fill,
}: {
  accounts: ConsoleFacts["demo_accounts"];
  fill(account: { username: string; password: string }): void;
}): ReactNode {
  return (
    <section className="demo" aria-labelledby="demo-title">
      <header>
        <Icon name="key" />
        <h2 id="demo-title">Demo accounts</h2>
        <span className="quiet">only outside production</span>
      </header>
      <ul>
        {accounts.map(({ username, password, role }) => (
          <li key={username}>
            <code>{username}</code>
            <code className="quiet">{password}</code>
            <span className="quiet">{role === "admin" ? "Admin" : "Member"}</span>
            <button type="button" className="link" aria-label={`Fill in ${username}`} onClick={() => fill({ username, password })}>
              Fill in
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** How the last session ended, where the person has to know. */
function Ended({ ending, onSignOut }: { ending: Ending; onSignOut(): void }): ReactNode {
  if (ending === "unknown") {
    const again = (
      <button type="button" className="link" onClick={onSignOut}>
        Sign out again
      </button>
    );
    return (
      <Message tone="bad" icon="alert" assertive action={again}>
        The console did not answer: this browser may still be signed in.
      </Message>
    );
  }
  return (
    <Message tone="brass" icon="clock">
      {ending === "expired"
        ? "You were signed out after 30 minutes. Nothing was lost."
        : "You are signed out in this browser. The session ends by itself within 30 minutes: the users service could not be told."}
    </Message>
  );
}

/** The door: name and password, then a code where two-step verification is on. */
export function SignInPage({
  facts,
  ended,
  onSignOut,
  onDone,
}: {
  facts: ConsoleFacts;
  ended: Ending | undefined;
  onSignOut(): void;
  onDone(): Promise<void>;
}): ReactNode {
  const { busy, error, run } = useAttempt();
  const { values, change, about } = useFields({ username: "", password: "" });
  const [second, setSecond] = useState<SecondStep>();

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void run(async () => {
      const wanted = await signIn(values.username, values.password);
      if (wanted) setSecond(wanted);
      else await onDone();
    });
  };

  if (second) {
    const restart = (): void => {
      setSecond(undefined);
      change({ password: "" });
    };
    return (
      <Door title="Sign in">
        <SignInChallenge {...second} name={values.username} onRestart={restart} onDone={() => void onDone()} />
      </Door>
    );
  }
  return (
    <Door title="Sign in" lead="Use the account you book rooms with.">
      {ended && !error && <Ended ending={ended} onSignOut={onSignOut} />}
      {error && <Fault error={error} />}
      <form onSubmit={submit}>
        <Field {...about("username", "Username")} autoComplete="username" autoCapitalize="none" spellCheck={false} />
        <PasswordField {...about("password", "Password")} autoComplete="current-password" />
        <button type="submit" className="button button-primary button-wide button-tall" aria-busy={busy}>
          Sign in
        </button>
      </form>
      <p className="door-other">
        New here? <Link to="/register">Create an account</Link>
      </p>
      {facts.demo_accounts.length > 0 && <DemoAccounts accounts={facts.demo_accounts} fill={change} />}
    </Door>
  );
}
