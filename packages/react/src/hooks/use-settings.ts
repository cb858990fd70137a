import { useEffect, useMemo } from "react";
import type { Model } from "../flow/model.ts";
import { createSettings, type SettingsActions, type SettingsState } from "../flow/settings.ts";
import { useShared } from "./context.ts";
import type { UseMfaStatus, UseSettings, UseSettingsOptions } from "./types.ts";
import { useLatest, useRunning } from "./use-model.ts";

function useLoaded(devices: boolean, options?: UseSettingsOptions): UseSettings {
  const { client, stepUp, watchers } = useShared();
  const latest = useLatest(options);
  const model: Model<SettingsState, SettingsActions> = useMemo(
    () =>
      createSettings(client, stepUp.ask, {
        devices,
        about: (act) => latest.current?.about?.(act),
        // This one loads by itself.
        changed() {
          for (const load of watchers) if (load !== model.actions.reload) load();
        },
      }),
    [client, stepUp, watchers, devices, latest],
  );
  const { reload } = model.actions;
  useEffect(() => {
    watchers.add(reload);
    return () => {
      watchers.delete(reload);
    };
  }, [watchers, reload]);
  return useRunning(model, reload);
}

/** All of the settings: authenticators, recovery codes, trusted devices. They load as the component comes. */
export const useSettings = (options?: UseSettingsOptions): UseSettings => useLoaded(true, options);

/** Whether two-step verification is on, and with what. It loads as the component comes, and again after each change. */
export function useMfaStatus(): UseMfaStatus {
  const {
    state: { phase, facts, problem },
    reload,
  } = useLoaded(false);
  return { phase, reload, status: facts?.status, problem };
}
