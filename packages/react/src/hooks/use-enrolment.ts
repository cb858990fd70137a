import { useMemo } from "react";
import { createEnrolment } from "../flow/run-enrol.ts";
import { useShared } from "./context.ts";
import type { UseEnrolment, UseEnrolmentOptions } from "./types.ts";
import { useCodeActions, useLatest, useModel, useRunning } from "./use-model.ts";

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
  const { send } = model;
  useRunning(model, () => send({ type: "start" }));
  const code = useCodeActions(send, client.now);
  const actions = useMemo(
    () => ({
      restart: () => send({ type: "start" }),
      next: () => send({ type: "next" }),
      back: () => send({ type: "back" }),
      leave: () => send({ type: "leave" }),
      setSaved: (saved: boolean) => send({ type: "saved", saved }),
      finish: () => send({ type: "finish" }),
      done() {
        const state = model.get();
        if (state.step === "done") latest.current.onDone?.({ ...state.answer });
      },
    }),
    [model, send, latest],
  );
  return { ...code, ...actions, state: useModel(model) };
}
