import type { MfaClient, SignInCallOptions } from "../client/create-client.ts";
import { deliverCode } from "../client/deliver.ts";
import type { MfaResult } from "../client/problem.ts";
import type { VerifyAnswer, VerifyBody } from "../client/wire.ts";
import { type CodeEvent, type CodeState, codeState, codeStep } from "./code.ts";
import { createModel, type Model } from "./model.ts";
import { runCode } from "./run-code.ts";

/** The challenge of a sign-in, as the host's login answered it (`mfa_required`). */
export interface SignInChallenge {
  challenge: string;
  methods: readonly string[];
  /** It is answered by enrolling. */
  enrol?: boolean;
}

/** How a sign-in ends. */
export interface SignInEnd {
  /** The name to trust this device under; `undefined` when it is not to be. */
  device(): string | undefined;
  /** Judges a code. @defaultValue `POST /verify` with `MFA-Challenge` */
  verify?(body: VerifyBody, options: SignInCallOptions): Promise<MfaResult<VerifyAnswer>>;
  /** Called with the answer once the second step is done. */
  done(answer: VerifyAnswer & Record<string, unknown>): void;
}

/** Makes the model of a sign-in's second step. */
export function createSignIn(
  client: MfaClient,
  { challenge, methods }: SignInChallenge,
  { device, verify = client.verify, done }: SignInEnd,
): Model<CodeState, CodeEvent> {
  let answer: VerifyAnswer | undefined;
  return createModel(
    codeState({ methods, rules: { autoSubmit: true, lockEnds: "over" } }),
    codeStep,
    runCode({
      now: client.now,
      async judge(code, _method, signal) {
        const name = device();
        const result = await verify({ code, ...(name && { trust_device: name }) }, { signal, signIn: challenge });
        if (result.ok) ({ answer } = result);
        return result;
      },
      deliver: (by, signal) => deliverCode(client, by, undefined, { signal, signIn: challenge }),
      proceed: () => answer && done({ ...answer }),
    }),
  );
}
