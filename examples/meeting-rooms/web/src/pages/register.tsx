import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { ApiError, call } from "../api/call.ts";
import { signIn } from "../api/session.ts";
import { Field, PasswordField } from "../parts/field.tsx";
import { DoorFrame } from "../parts/night-panel.tsx";
import { Message } from "../parts/states.tsx";
import { go, Link } from "../router.tsx";

/** What a field's fault says, as a sentence. */
function sentence(label: string, message: string): string {
  return `${label} ${message}.`;
}

/** A new account; whoever made one is signed in at once. */
export function RegisterPage({ onDone }: { onDone(): Promise<void> }): ReactNode {
  const [values, setValues] = useState({ name: "", username: "", email: "", password: "" });
  const [fault, setFault] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = "Create an account · Meeting Rooms";
  }, []);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFault(undefined);
    try {
      await call("/auth/register", { method: "POST", body: values });
      await signIn(values.username, values.password);
      go("/", { replace: true });
      await onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFault(error);
    } finally {
      setBusy(false);
    }
  };

  const about = (field: keyof typeof values, label: string) => ({
    label,
    value: values[field],
    required: true,
    onChange: (event: { target: HTMLInputElement }) => setValues({ ...values, [field]: event.target.value }),
    fault: fault?.errors.filter(({ path }) => path === field).map(({ message }) => sentence(label, message))[0],
  });

  return (
    <DoorFrame>
      <h1>Create an account</h1>
      <p className="quiet lead">It takes a minute, and you can book at once.</p>
      {fault && fault.errors.length === 0 && (
        <Message tone="bad" icon="alert" assertive>
          {fault.message}
        </Message>
      )}
      <form onSubmit={submit}>
        <Field {...about("name", "Name")} autoComplete="name" />
        <Field {...about("username", "Username")} autoComplete="username" autoCapitalize="none" spellCheck={false} />
        <Field {...about("email", "E-mail")} type="email" autoComplete="email" />
        <PasswordField {...about("password", "Password")} autoComplete="new-password" minLength={8} hint="8 characters at least." />
        <button type="submit" className="button button-primary button-wide button-tall" aria-busy={busy}>
          Create account
        </button>
      </form>
      <p className="door-other">
        Have one already? <Link to="/">Sign in</Link>
      </p>
    </DoorFrame>
  );
}
