import { useCallback, useMemo } from "react";
import { createEnrolment } from "../flow/enrol.ts";
import { useShared } from "./context.ts";
import type { UseEnrolment, UseEnrolmentOptions } from "./types.ts";
import { useLatest, useRunning } from "./use-model.ts";

/** Adds an authenticator: it begins as the component comes, and what is pending is dropped as it goes. */
export function useEnrolment(options: UseEnrolmentOptions = {}): UseEnrolment {
  const { client, stepUp, watchers } = useShared();
  const latest = useLatest(options);
  const challenge = options.signIn?.challenge;
  const model = useMemo(
    () =>
      createEnrolment(
        client,
        stepUp.ask,
        () => latest.current,
        () => {
          if (challenge === undefined) for (const load of watchers) load();
        },
      ),
    [client, stepUp, watchers, challenge, latest],
  );
  const done = useCallback(() => {
    const state = model.get();
    if (state.step === "done") latest.current.onDone?.({ ...state.answer });
  }, [model, latest]);
  return { ...useRunning(model, model.actions.restart), done };
}
