import { SignInChallenge } from "@nightlatch/react";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ApiError } from "../api/call.ts";
import { type SecondStep, signIn } from "../api/session.ts";
import type { ConsoleFacts } from "../api/types.ts";
import { Field, PasswordField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { DoorFrame } from "../parts/night-panel.tsx";
import { Message } from "../parts/states.tsx";
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
      {isWrong
        ? "That username and password do not match. Check both and try again."
        : error.status === 0 || error.status >= 500
          ? "The users service does not answer. Try again in a moment."
          : error.message}
    </Message>
  );
}

function DemoAccounts({
  accounts,
  fill,
}: {
  accounts: ConsoleFacts["demo_accounts"];
  fill(username: string, password: string): void;
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
            <button type="button" className="link" aria-label={`Fill in ${username}`} onClick={() => fill(username, password)}>
              Fill in
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The door: name and password, then a code where two-step verification is on. */
export function SignInPage({ facts, ended, onDone }: { facts: ConsoleFacts; ended: boolean; onDone(): Promise<void> }): ReactNode {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [second, setSecond] = useState<SecondStep>();
  const [fault, setFault] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = "Sign in · Meeting Rooms";
  }, []);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFault(undefined);
    try {
      const wanted = await signIn(username, password);
      if (wanted) setSecond(wanted);
      else await onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFault(error);
    } finally {
      setBusy(false);
    }
  };

  if (second) {
    const restart = (): void => {
      setSecond(undefined);
      setPassword("");
    };
    return (
      <DoorFrame>
        <h1 className="hidden">Sign in</h1>
        <SignInChallenge {...second} name={username} onRestart={restart} onDone={() => void onDone()} />
      </DoorFrame>
    );
  }
  return (
    <DoorFrame>
      <h1>Sign in</h1>
      <p className="quiet lead">Use the account you book rooms with.</p>
      {ended && !fault && (
        <Message tone="brass" icon="clock">
          You were signed out after 30 minutes. Nothing was lost.
        </Message>
      )}
      {fault && <Fault error={fault} />}
      <form onSubmit={submit}>
        <Field
          label="Username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
        <PasswordField
          label="Password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <button type="submit" className="button button-primary button-wide button-tall" aria-busy={busy}>
          Sign in
        </button>
      </form>
      <p className="door-other">
        New here? <Link to="/register">Create an account</Link>
      </p>
      {facts.demo_accounts.length > 0 && (
        <DemoAccounts
          accounts={facts.demo_accounts}
          fill={(name, secret) => {
            setUsername(name);
            setPassword(secret);
          }}
        />
      )}
    </DoorFrame>
  );
}
