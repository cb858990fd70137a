import { useEffect, useMemo } from "react";
import type { Model } from "../flow/model.ts";
import { createSettings } from "../flow/run-settings.ts";
import type { SettingsAct, SettingsEvent, SettingsState } from "../flow/settings.ts";
import { useShared } from "./context.ts";
import type { UseMfaStatus, UseSettings, UseSettingsOptions } from "./types.ts";
import { useLatest, useModel, useRunning } from "./use-model.ts";

function useLoaded(devices: boolean, options: UseSettingsOptions) {
  const { client, stepUp, watchers } = useShared();
  const latest = useLatest(options);
  const { model, load } = useMemo(() => {
    const load = (): void => made.send({ type: "load" });
    const made: Model<SettingsState, SettingsEvent> = createSettings(client, stepUp.ask, {
      devices,
      about: (act) => latest.current.about?.(act),
      // This one loads by itself.
      changed() {
        for (const other of watchers) if (other !== load) other();
      },
    });
    return { model: made, load };
  }, [client, stepUp, watchers, devices, latest]);
  useRunning(model, load);
  useEffect(() => {
    watchers.add(load);
    return () => {
      watchers.delete(load);
    };
  }, [watchers, load]);
  return { model, load };
}

/** All of the settings: authenticators, recovery codes, trusted devices. They load as the component comes. */
export function useSettings(options: UseSettingsOptions = {}): UseSettings {
  const { model, load } = useLoaded(true, options);
  const actions = useMemo(
    () => ({
      reload: load,
      ask: (act: SettingsAct) => model.send({ type: "ask", act }),
      keep: () => model.send({ type: "keep" }),
      confirm: () => model.send({ type: "confirm" }),
      act: (act: SettingsAct) => model.send({ type: "act", act }),
      setSaved: (saved: boolean) => model.send({ type: "saved", saved }),
      finish: () => model.send({ type: "finish" }),
    }),
    [model, load],
  );
  return { ...actions, state: useModel(model) };
}

const NOTHING = {};

/** Whether two-step verification is on, and with what. It loads as the component comes, and again after each change. */
export function useMfaStatus(): UseMfaStatus {
  const { model, load } = useLoaded(false, NOTHING);
  const { phase, facts, problem } = useModel(model);
  return { phase, reload: load, ...(facts && { status: facts.status }), ...(problem && { problem }) };
}
