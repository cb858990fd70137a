import { Profiler, type ReactNode, StrictMode, useMemo, useState } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import "../../src/styles/styles.css";
import { createMfaClient, type MfaProblem } from "../../src/client/index.ts";
import { EnrolmentWizard, MfaProvider, MfaSettings, OtpField, SignInChallenge, useStepUp } from "../../src/index.ts";

/** A host of the tests': what it shows stands in its address, `?show=wizard&as=ada:s1`. */

const asked = new URLSearchParams(location.search);
const as = asked.get("as");
const headers = as ? { authorization: `Bearer ${as}` } : {};

declare global {
  interface Window {
    /** Commits of the field, and what came out of it. */
    commits: number;
    completed: string[];
  }
}
window.commits = 0;
window.completed = [];

/** `POST /login`, as a host's own form would. */
function SignIn(): ReactNode {
  const [problem, setProblem] = useState<MfaProblem & { code: "mfa_required" }>();
  const [token, setToken] = useState("");
  const login = async (): Promise<void> => {
    const answer = await fetch("/login/ada", { method: "POST" });
    setProblem((await answer.json()) as MfaProblem & { code: "mfa_required" });
  };
  if (token) return <p id="in">Signed in: {token}</p>;
  return problem ? (
    <SignInChallenge
      {...problem}
      name="ada@example.com"
      trustDays={30}
      onRestart={() => setProblem(undefined)}
      onDone={({ token }) => setToken(String(token))}
    />
  ) : (
    <button type="button" onClick={login}>
      Log in
    </button>
  );
}

/** Three requests at once, all of which need the same code. */
function Bookings(): ReactNode {
  const own = useMemo<typeof fetch>(
    () => (input, init) => fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...headers } }),
    [],
  );
  const stepUp = useStepUp({
    fetch: own,
    about: { action: "cancel these bookings", noun: "cancellation", verb: "cancel", keep: "Keep them" },
  });
  const [said, say] = useState("");
  const cancel = (): void => {
    const requests = ["/plain/1", "/plain/2", "/plain/3"].map((path) => stepUp.fetch(path, { method: "POST", body: `cancel ${path}` }));
    Promise.all(requests).then(
      (answers) => say(answers.map(({ status }) => status).join(" ")),
      (error: { code?: string }) => say(String(error.code)),
    );
  };
  return (
    <>
      <button type="button" onClick={cancel}>
        Cancel three
      </button>
      <output>{said}</output>
    </>
  );
}

function Field(): ReactNode {
  const [value, setValue] = useState("");
  return (
    <Profiler
      id="field"
      onRender={() => {
        window.commits += 1;
      }}
    >
      <label id="label" htmlFor="code">
        Code
      </label>
      <OtpField
        id="code"
        value={value}
        onInput={(digits) => {
          setValue(digits);
          if (digits.length === 6) window.completed.push(digits);
        }}
        labelledBy="label"
      />
    </Profiler>
  );
}

const SHOWN: Record<string, () => ReactNode> = {
  field: () => <Field />,
  settings: () => <MfaSettings />,
  account: () => (
    <>
      <MfaSettings />
      <Bookings />
    </>
  ),
  "sign-in": () => <SignIn />,
  "step-up": () => <Bookings />,
  wizard: () => {
    const [isDone, setDone] = useState(false);
    return isDone ? <p id="in">Enrolled</p> : <EnrolmentWizard onDone={() => setDone(true)} onLeave={() => {}} />;
  },
};

const Shown = SHOWN[asked.get("show") ?? ""];
const client = createMfaClient({ endpoint: "/auth/mfa", headers });
const page = (
  <MfaProvider client={client} issuer="Fernhill">
    <main>{Shown && <Shown />}</main>
  </MfaProvider>
);
const root = document.getElementById("root");
const whole = asked.has("loose") ? page : <StrictMode>{page}</StrictMode>;
if (root && asked.has("rendered")) {
  root.innerHTML = renderToString(whole);
  hydrateRoot(root, whole);
} else if (root) createRoot(root).render(whole);
