import type { FormEvent, ReactNode } from "react";
import { call } from "../api/call.ts";
import { signIn } from "../api/session.ts";
import { useAttempt } from "../api/use-attempt.ts";
import { AccountFields } from "../parts/account-fields.tsx";
import { Door } from "../parts/door.tsx";
import { useFields } from "../parts/use-fields.ts";
import { go, Link } from "../router.tsx";

/** A new account; whoever made one is signed in at once. */
export function RegisterPage({ onDone }: { onDone(): Promise<void> }): ReactNode {
  const { busy, error, run } = useAttempt();
  const { values, about } = useFields({ name: "", username: "", email: "", password: "" }, error);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void run(async () => {
      await call("/auth/register", { method: "POST", body: values });
      await signIn(values.username, values.password);
      go("/", { replace: true });
      await onDone();
    });
  };
  return (
    <Door title="Create an account" lead="It takes a minute, and you can book at once.">
      <form onSubmit={submit}>
        <AccountFields about={about} error={error} isOwn />
        <button type="submit" className="button button-primary button-wide button-tall" aria-busy={busy}>
          Create account
        </button>
      </form>
      <p className="door-other">
        Have one already? <Link to="/">Sign in</Link>
      </p>
    </Door>
  );
}
