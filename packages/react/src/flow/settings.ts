import type { MfaProblem, MfaResult } from "../client/problem.ts";
import type { StatusAnswer, WireDevice } from "../client/wire.ts";
import type { Step } from "./model.ts";
import { type SavedCodes, type SavedCodesEvent, savedCodesStep, unsaved } from "./saved-codes.ts";

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
  | { type: "acted"; run: number; result: MfaResult<object> }
  | SavedCodesEvent;

/** What is to be done about it. */
export type SettingsEffect = { do: "load"; run: number } | { do: "act"; run: number; act: SettingsAct };

/** Before anything is loaded. */
export const settingsStart: SettingsState = { phase: "loading", run: 0 };

function without<Key extends keyof SettingsState>(state: SettingsState, ...keys: Key[]): SettingsState {
  const next = { ...state };
  for (const key of keys) delete next[key];
  return next;
}

function loading(state: SettingsState): Step<SettingsState, SettingsEffect> {
  const run = state.run + 1;
  return [
    { ...without(state, "problem"), phase: state.facts ? "ready" : "loading", run },
    { do: "load", run },
  ];
}

function doing(state: SettingsState, act: SettingsAct): Step<SettingsState, SettingsEffect> {
  const run = state.run + 1;
  return [
    { ...without(state, "fault"), busy: act, run },
    { do: "act", run, act },
  ];
}

function acted(state: SettingsState & { busy: SettingsAct }, result: MfaResult<object>): Step<SettingsState, SettingsEffect> {
  const { busy } = state;
  const idle = without(state, "busy", "asking");
  if (!result.ok) {
    // Whoever closed the question has changed their mind, and knows.
    if (result.problem.code === "aborted") return [idle];
    return [{ ...idle, fault: { act: busy, problem: result.problem } }];
  }
  const { recovery_codes: codes } = result.answer as { recovery_codes?: string[] };
  return loading(busy.do === "codes" && codes ? { ...idle, fresh: unsaved(codes) } : idle);
}

function loaded(state: SettingsState, result: MfaResult<SettingsFacts>): SettingsState {
  if (result.ok) return { ...without(state, "problem"), phase: "ready", facts: result.answer };
  // What is shown already stays: it was true a moment ago.
  return state.facts ? state : { ...state, phase: "failed", problem: result.problem };
}

function saved(state: SettingsState, event: SavedCodesEvent): SettingsState {
  if (!state.fresh) return state;
  const fresh = savedCodesStep(state.fresh, event);
  return fresh ? { ...state, fresh } : without(state, "fresh");
}

/** While something is done nothing else is begun. */
function idleStep(state: SettingsState, event: SettingsEvent): Step<SettingsState, SettingsEffect> {
  switch (event.type) {
    case "load":
      return loading(state);
    case "loaded":
      return [event.run === state.run ? loaded(state, event.result) : state];
    case "ask":
      return [state.facts ? { ...without(state, "fault"), asking: event.act } : state];
    case "keep":
      return [without(state, "asking")];
    case "confirm":
      return state.asking ? doing(state, state.asking) : [state];
    case "act":
      return state.facts ? doing(without(state, "asking"), event.act) : [state];
    default:
      return [state];
  }
}

/** What follows from an event. One thing is done at a time. */
export function settingsStep(state: SettingsState, event: SettingsEvent): Step<SettingsState, SettingsEffect> {
  if (event.type === "saved" || event.type === "finish") return [saved(state, event)];
  const { busy } = state;
  if (!busy) return idleStep(state, event);
  return event.type === "acted" && event.run === state.run ? acted({ ...state, busy }, event.result) : [state];
}
