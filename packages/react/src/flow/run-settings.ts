import type { MfaClient } from "../client/create-client.ts";
import type { MfaResult } from "../client/problem.ts";
import { withProof } from "../client/proof.ts";
import type { AskStepUp, StepUpAbout } from "../client/step-up.ts";
import type { ProofBody } from "../client/wire.ts";
import { createModel, type Model } from "./model.ts";
import { type SettingsAct, type SettingsEvent, type SettingsFacts, type SettingsState, settingsStart, settingsStep } from "./settings.ts";

/** What the settings are made for. */
export interface SettingsOptions {
  /** Loads the trusted devices too. */
  devices: boolean;
  /** What the person is told where an act needs a code. */
  about?(act: SettingsAct): StepUpAbout | undefined;
  /** Called after what was done is done. */
  changed(): void;
}

/**
 * Makes the model of the settings. It loads by `load`.
 *
 * @param ask - has a code entered, where an act needs one
 */
export function createSettings(
  client: MfaClient,
  ask: AskStepUp,
  { devices, about, changed }: SettingsOptions,
): Model<SettingsState, SettingsEvent> {
  async function load(signal: AbortSignal): Promise<MfaResult<SettingsFacts>> {
    const none = { ok: true as const, answer: { devices: [] } };
    const [status, trusted] = await Promise.all([client.status({ signal }), devices ? client.devices({ signal }) : none]);
    if (!status.ok) return status;
    return trusted.ok ? { ok: true, answer: { status: status.answer, devices: trusted.answer.devices } } : trusted;
  }

  const act = (act: SettingsAct, signal: AbortSignal): Promise<MfaResult<object>> => {
    if (act.do === "rename") return client.rename(act.id, { name: act.name }, { signal });
    if (act.do === "untrust") return client.revoke(act.id, { signal });
    const call = async (proof: ProofBody, signal?: AbortSignal): Promise<MfaResult<object>> => {
      const options = signal ? { signal } : {};
      if (act.do === "remove") return await client.remove(act.id, proof, options);
      return await (act.do === "off" ? client.disable : client.recoveryCodes)(proof, options);
    };
    return withProof(client, ask, call, { about: about?.(act) ?? {}, signal });
  };

  return createModel(settingsStart, settingsStep, (effect, send, signal) => {
    if (effect.do === "load") load(signal).then((result) => send({ type: "loaded", run: effect.run, result }));
    else {
      act(effect.act, signal).then((result) => {
        send({ type: "acted", run: effect.run, result });
        if (result.ok) changed();
      });
    }
  });
}
