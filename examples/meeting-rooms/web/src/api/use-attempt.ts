import { StepUpCancelledError } from "@nightlatch/react";
import { useRef, useState } from "react";
import { ApiError } from "./call.ts";

/** Something that a person tries, and a service may refuse. */
export interface Attempt {
  /** Whether it is under way; a second one is not begun meanwhile. */
  busy: boolean;
  /** What the last one was refused with. */
  error: ApiError | undefined;
  /** Tries. Who closes the dialog that asks for a code has changed their mind, which is no error. */
  run(task: () => Promise<void>): Promise<void>;
}

/** Keeps how an attempt goes, for a form or a button to show. */
export function useAttempt(): Attempt {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const running = useRef(false);
  return {
    busy,
    error,
    async run(task) {
      if (running.current) return;
      running.current = true;
      setBusy(true);
      setError(undefined);
      try {
        await task();
      } catch (caught) {
        if (caught instanceof ApiError) setError(caught);
        else if (!(caught instanceof StepUpCancelledError)) throw caught;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
  };
}
