import { type MfaProblem, MfaProvider, MfaSettings, SignInChallenge, useStepUp } from "@nightlatch/react";
import "@nightlatch/react/styles.css";
import { type FormEvent, type ReactNode, useState } from "react";
import { createRoot } from "react-dom/client";

type SecondStep = MfaProblem & { code: "mfa_required" };

// The login that you have: a form. What it answers with `mfa_required` is the second step's to answer.
function Login({ onIn, onStep }: { onIn(): void; onStep(step: SecondStep): void }): ReactNode {
  const [failed, setFailed] = useState(false);
  const login = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const body = JSON.stringify(Object.fromEntries(new FormData(event.currentTarget)));
    const answer = await fetch("/login", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (answer.ok) return onIn();
    const problem = (await answer.json().catch(() => undefined)) as SecondStep | undefined;
    if (problem?.code === "mfa_required") onStep(problem);
    else setFailed(true);
  };
  return (
    <form onSubmit={login}>
      <input name="email" aria-label="E-mail" defaultValue="ada@example.com" />{" "}
      <input name="password" aria-label="Password" type="password" placeholder="correct horse" /> <button type="submit">Sign in</button>
      {failed && <p role="alert">That did not match.</p>}
    </form>
  );
}

function Account(): ReactNode {
  const { fetch } = useStepUp({ about: { action: "delete your account", verb: "delete", keep: "Keep it" } });
  const [said, say] = useState("");
  const remove = (): void => {
    fetch("/account", { method: "DELETE" }).then(
      ({ ok }) => say(ok ? "Deleted." : "Refused."),
      () => say("Kept."),
    );
  };
  return (
    <>
      <MfaSettings />
      <p>
        <button type="button" onClick={remove}>
          Delete account
        </button>{" "}
        <output>{said}</output>
      </p>
    </>
  );
}

function App(): ReactNode {
  const [isIn, setIn] = useState(false);
  const [step, setStep] = useState<SecondStep>();
  if (isIn) return <Account />;
  if (step) return <SignInChallenge {...step} name="ada@example.com" onRestart={() => setStep(undefined)} onDone={() => setIn(true)} />;
  return <Login onIn={() => setIn(true)} onStep={setStep} />;
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <MfaProvider endpoint="/auth/mfa" issuer="Quickstart">
      <App />
    </MfaProvider>,
  );
}
