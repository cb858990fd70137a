import type { MfaClient, SignInCallOptions } from "../client/create-client.ts";
import { deliverCode } from "../client/deliver.ts";
import type { MfaResult } from "../client/problem.ts";
import type { VerifyAnswer, VerifyBody } from "../client/wire.ts";
import { type CodeActions, type CodeFactor, type CodeState, codeState, factorOf } from "./code.ts";
import { fieldIn } from "./field.ts";
import { createModel, type Model } from "./model.ts";

/** The challenge of a sign-in, as the host's login answered it (`mfa_required`). */
export interface SignInChallenge {
  challenge: string;
  methods: readonly string[];
  /** The user's authenticators: needed by those with a token (HOTP), whose code counts only where the token is named. */
  factors?: readonly CodeFactor[];
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
  { challenge, methods, factors }: SignInChallenge,
  { device, verify = client.verify, done }: SignInEnd,
): Model<CodeState, CodeActions> {
  let answer: VerifyAnswer | undefined;
  const field = fieldIn<CodeState>({
    of: (state) => state,
    put: (_, code) => code,
    now: client.now,
    async judge(code, method, signal) {
      const name = device();
      const result = await verify({ code, ...factorOf(method), ...(name && { trust_device: name }) }, { signal, signIn: challenge });
      if (!result.ok) return result.problem;
      ({ answer } = result);
      return undefined;
    },
    deliver: (by, signal) => deliverCode(client, by, undefined, { signal, signIn: challenge }),
    proceed: () => answer && void done({ ...answer }),
  });
  return createModel(codeState({ methods, factors, rules: { autoSubmit: true, lockEnds: "over" } }), field.steps, field, client.now);
}
