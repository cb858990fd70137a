import type { StatusAnswer, WireDevice } from "@nightlatch/core/http";
import type { MfaProblem, MfaResult } from "../client/problem.ts";
import type { Step } from "./model.ts";
import type { SavedCodes, SavedCodesEvent } from "./saved-codes.ts";

/** Something that can be done on the settings page. */
export type SettingsAct =
  | { do: "rename"; id: string; name: string }
  | { do: "remove"; id: string }
  | { do: "codes" }
  | { do: "untrust"; id: string }
  | { do: "off" };

/** What the page shows. */
export interface SettingsFacts {
  status: StatusAnswer;
  devices: readonly WireDevice[];
}

/** How the settings stand. */
export interface SettingsState {
  /** `loading` is before anything was loaded; a reload keeps what is shown. */
  phase: "loading" | "ready" | "failed";
  facts?: SettingsFacts;
  /** Why nothing could be loaded. */
  problem?: MfaProblem;
  /** What the person was asked about before it is done: remove, turn off, new codes; or the name being edited. */
  asking?: SettingsAct;
  /** What is being done. */
  busy?: SettingsAct;
  /** What could not be done, and why. */
  fault?: { act: SettingsAct; problem: MfaProblem };
  /** New recovery codes, until they are saved. */
  fresh?: SavedCodes;
  run: number;
}

/** What happens in the settings. */
export type SettingsEvent =
  | { type: "load" }
  | { type: "loaded"; run: number; result: MfaResult<SettingsFacts> }
  /** Asks before doing it. */
  | { type: "ask"; act: SettingsAct }
  /** No: leave it as it is. */
  | { type: "keep" }
  /** Does what was asked about. */
  | { type: "confirm" }
  /** Does it without asking: rename, stop trusting. */
  | { type: "act"; act: SettingsAct }
  | { type: "acted"; run: number; result: MfaResult<{ recovery_codes?: string[] }> }
  | SavedCodesEvent;

/** What is to be done about it. */
export type SettingsEffect = { do: "load"; run: number } | { do: "act"; run: number; act: SettingsAct } | { do: "stop" };

export declare function settingsStep(state: SettingsState, event: SettingsEvent): Step<SettingsState, SettingsEffect>;
