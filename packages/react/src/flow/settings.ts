import type { MfaClient, Sent } from "../client/create-client.ts";
import type { MfaProblem, MfaResult } from "../client/problem.ts";
import { withProof } from "../client/proof.ts";
import type { AskStepUp, StepUpAbout } from "../client/step-up.ts";
import type { ProofBody, StatusAnswer, WireDevice } from "../client/wire.ts";
import { createModel, type Model, type Step, type Steps } from "./model.ts";
import { type SavedCodes, unsaved } from "./saved-codes.ts";

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
  problem?: MfaProblem | undefined;
  /** What the person was asked about before it is done: remove, turn off, new codes; or the name being edited. */
  asking?: SettingsAct | undefined;
  /** What is being done. */
  busy?: SettingsAct | undefined;
  /** What could not be done, and why. */
  fault?: { act: SettingsAct; problem: MfaProblem } | undefined;
  /** New recovery codes, until they are saved. */
  fresh?: SavedCodes | undefined;
  /** @internal counts what was begun */
  run: number;
}

/** What the settings are driven by. One thing is done at a time: meanwhile nothing else is begun. */
export interface SettingsActions {
  /** Reads the state anew. */
  reload(): void;
  /** Asks before doing it; for a rename, opens the name for editing. */
  ask(act: SettingsAct): void;
  /** Leaves it as it is. */
  keep(): void;
  /** Does what was asked about. A code is asked for where the server wants one. */
  confirm(): void;
  /** Does it without asking: a rename, or to stop trusting a device. */
  act(act: SettingsAct): void;
  /** Ticks or unticks that the new recovery codes were saved. */
  setSaved(saved: boolean): void;
  /** Puts new recovery codes away, once they are saved. */
  finish(): void;
}

/** What the settings are made for. */
export interface SettingsOptions {
  /** Loads the trusted devices too. */
  devices: boolean;
  /** What the person is told where an act needs a code. */
  about?(act: SettingsAct): StepUpAbout | undefined;
  /** Called after what was done is done. */
  changed(): void;
}

const doing = (state: SettingsState, busy: SettingsAct | undefined, asking?: SettingsAct): SettingsState =>
  state.facts && busy && !state.busy ? { ...state, busy, asking, fault: undefined, run: state.run + 1 } : state;

const steps: Steps<SettingsState, SettingsActions> = {
  reload: (state) => (state.busy ? state : { ...state, problem: undefined, phase: state.facts ? "ready" : "loading", run: state.run + 1 }),
  ask: (state, _, asking) => (state.facts && !state.busy ? { ...state, asking, fault: undefined } : state),
  keep: (state) => (state.busy ? state : { ...state, asking: undefined }),
  confirm: (state) => doing(state, state.asking, state.asking),
  act: (state, _, act) => doing(state, act),
  setSaved: (state, _, saved) => (state.fresh ? { ...state, fresh: { ...state.fresh, saved, nudged: false } } : state),
  finish: (state) => (state.fresh ? { ...state, fresh: state.fresh.saved ? undefined : { ...state.fresh, nudged: true } } : state),
};

const loaded =
  (result: MfaResult<SettingsFacts>): Step<SettingsState> =>
  (state) => {
    if (result.ok) return { ...state, phase: "ready", facts: result.answer };
    // What is shown already stays: it was true a moment ago.
    return state.facts ? state : { ...state, phase: "failed", problem: result.problem };
  };

const acted =
  (act: SettingsAct, result: MfaResult<{ recovery_codes?: readonly string[] }>): Step<SettingsState> =>
  (state, now) => {
    const idle = { ...state, busy: undefined, asking: undefined };
    if (result.ok) {
      const { recovery_codes: codes } = result.answer;
      return steps.reload(act.do === "codes" && codes ? { ...idle, fresh: unsaved(codes) } : idle, now);
    }
    const { problem } = result;
    // Whoever closed the question has changed their mind, and knows.
    return problem.code === "aborted" ? idle : { ...idle, fault: { act, problem } };
  };

/**
 * Makes the model of the settings. It loads by `reload`.
 *
 * @param ask - has a code entered, where an act needs one
 */
export function createSettings(
  client: MfaClient,
  ask: AskStepUp,
  { devices, about, changed }: SettingsOptions,
): Model<SettingsState, SettingsActions> {
  async function load(signal: AbortSignal): Promise<MfaResult<SettingsFacts>> {
    const none = { ok: true as const, answer: { devices: [] } };
    const [status, trusted] = await Promise.all([client.status({ signal }), devices ? client.devices({ signal }) : none]);
    if (!status.ok) return status;
    return trusted.ok ? { ok: true, answer: { status: status.answer, ...trusted.answer } } : trusted;
  }

  const perform = (act: SettingsAct, signal: AbortSignal): Promise<MfaResult<object>> => {
    const call = (proof: Sent<ProofBody>, signal: AbortSignal | undefined): Promise<MfaResult<object>> => {
      if (act.do === "rename") return client.rename(act.id, { name: act.name }, { signal });
      if (act.do === "untrust") return client.revoke(act.id, { signal });
      if (act.do === "remove") return client.remove(act.id, proof, { signal });
      return client[act.do === "off" ? "disable" : "recoveryCodes"](proof, { signal });
    };
    return withProof(client, ask, call, { about: about?.(act) ?? {}, signal });
  };

  return createModel<SettingsState, SettingsActions>(
    { phase: "loading", run: 0 },
    steps,
    {
      under: ({ run }) => run,
      async work({ busy }, signal) {
        if (!busy) return loaded(await load(signal));
        const result = await perform(busy, signal);
        if (result.ok) changed();
        return acted(busy, result);
      },
    },
    client.now,
  );
}
