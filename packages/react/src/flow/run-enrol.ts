import type { MfaClient } from "../client/create-client.ts";
import { withProof } from "../client/proof.ts";
import type { AskStepUp, StepUpAbout } from "../client/step-up.ts";
import { type EnrolEvent, type EnrolState, enrolStart, enrolStep } from "./enrol.ts";
import { createModel, type Model } from "./model.ts";
import { runCode } from "./run-code.ts";
import type { SignInChallenge } from "./sign-in.ts";

/** What is enrolled. */
export interface EnrolOptions {
  /** Enrols for a sign-in that waits for it (`enrol: true`), in place of a session. */
  signIn?: SignInChallenge;
  /** The name of the authenticator. */
  name?: string;
  /** The factor's type, where it is not the server's first. */
  type?: string;
  /** The authenticator that goes once this one is enabled. */
  replaces?: string;
  /** What the person is told where adding one needs a code. */
  about?: StepUpAbout;
}

/**
 * Makes the model of an enrolment. It begins by `start`.
 *
 * @param options - asked for each time, since they may change
 * @param ask - has a code entered, where adding an authenticator needs one
 * @param changed - called once the authenticator is enabled
 */
export function createEnrolment(
  client: MfaClient,
  ask: AskStepUp,
  options: () => EnrolOptions,
  changed: () => void,
): Model<EnrolState, EnrolEvent> {
  const sent = (signal?: AbortSignal) => {
    const { signIn } = options();
    return { ...(signal && { signal }), ...(signIn && { signIn: signIn.challenge, methods: signIn.methods }) };
  };
  const code = runCode({
    now: client.now,
    async judge(code, _method, signal) {
      const state = model.get();
      const of = state.step === "confirm" && { factor_id: state.setup.factor_id };
      const result = await client.enable({ code, ...of }, sent(signal));
      if (result.ok) changed();
      return result;
    },
    deliver: async () => ({ ok: false, problem: { code: "aborted" } }),
    proceed: () => model.send({ type: "proceed" }),
  });
  const model: Model<EnrolState, EnrolEvent> = createModel(enrolStart, enrolStep, (effect, send, signal) => {
    if (effect.do !== "set-up") return code(effect, send, signal);
    const { about = {}, name, type, replaces } = options();
    const body = { ...(name && { name }), ...(type && { type }), ...(replaces && { replaces }) };
    const call = (proof: object, signal?: AbortSignal) => client.setup({ ...body, ...proof }, sent(signal));
    withProof(client, ask, call, { ...sent(signal), about }).then((result) => send({ type: "set-up", run: effect.run, result }));
  });
  return model;
}
