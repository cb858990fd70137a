import { useStepUp } from "@nightlatch/react";
import type { FormEvent, ReactNode } from "react";
import { call } from "../api/call.ts";
import type { Role } from "../api/types.ts";
import { useAttempt } from "../api/use-attempt.ts";
import { AccountFields } from "../parts/account-fields.tsx";
import { Choice } from "../parts/choice.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { useFields } from "../parts/use-fields.ts";

/** A new account, made by an admin. */
export function AddPerson({ onClose, onDone }: { onClose(): void; onDone(): void }): ReactNode {
  const { busy, error, run } = useAttempt();
  const { values, change, about } = useFields({ name: "", username: "", email: "", password: "", role: "user" }, error);
  const { fetch } = useStepUp({ about: { action: "make an admin", verb: "make", keep: "Not now", subject: values.name } });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void run(async () => {
      await call("/auth/register", { method: "POST", body: values, fetch });
      onDone();
    });
  };
  return (
    <Dialog title="Add person" note="They can sign in with it at once." onClose={onClose}>
      <form onSubmit={submit}>
        <AccountFields about={about} error={error} isOwn={false} />
        <Choice<Role>
          label="Role"
          value={values.role === "admin" ? "admin" : "user"}
          onChange={(role) => change({ role })}
          options={[
            ["user", "Member"],
            ["admin", "Admin"],
          ]}
        />
        <button type="submit" className="button button-primary button-wide" aria-busy={busy}>
          Add person
        </button>
      </form>
    </Dialog>
  );
}
