import { useStepUp } from "@nightlatch/react";
import type { ReactNode } from "react";
import { call, faultOf } from "../api/call.ts";
import { useSession } from "../api/session.ts";
import { useAttempt } from "../api/use-attempt.ts";
import { Dialog } from "./dialog.tsx";
import { Message } from "./states.tsx";

/** Names what is to be deleted; confirmed, Nightlatch's dialog opens over it where a code is wanted. */
export function DeleteDialog({
  kind,
  name,
  detail,
  note,
  path,
  onClose,
  onDone,
}: {
  kind: "user" | "room";
  name: string;
  /** What else tells it from others. */
  detail: string;
  /** What goes with it. */
  note: string;
  /** Where the services have it. */
  path: string;
  onClose(): void;
  onDone(): void;
}): ReactNode {
  const { mfaEnabled } = useSession();
  const { busy, error, run } = useAttempt();
  const { fetch } = useStepUp({ about: { action: `delete ${name}`, verb: "delete", keep: `Keep ${kind}`, subject: name, detail } });
  const remove = (): Promise<void> =>
    run(async () => {
      await call(path, { method: "DELETE", fetch });
      onDone();
    });
  return (
    <Dialog title={`Delete ${name}?`} note={`${note}${mfaEnabled ? " You may be asked for a code." : ""}`} onClose={onClose}>
      {error && (
        <Message tone="bad" icon="alert" assertive>
          {faultOf(error, `${kind}s`)}
        </Message>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" data-first="" onClick={onClose}>
          Keep {kind}
        </button>
        <button type="button" className="button button-bad" aria-busy={busy} onClick={() => void remove()}>
          Delete {kind}
        </button>
      </div>
    </Dialog>
  );
}
