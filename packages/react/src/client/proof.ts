import type { MfaClient, Sent, SignInCallOptions } from "./create-client.ts";
import { deliverCode } from "./deliver.ts";
import type { MfaResult } from "./problem.ts";
import { factorsOf } from "./questions.ts";
import type { AskStepUp, StepUpAbout } from "./step-up.ts";
import type { ProofBody } from "./wire.ts";

/** How a call that may want proof is made. */
export interface ProvedOptions extends SignInCallOptions {
  about: StepUpAbout;
  /** What may answer, where the server does not say: at a sign-in. */
  methods?: readonly string[] | undefined;
  signal: AbortSignal;
}

/**
 * Makes a call that changes factors; where the server wants proof, has a code entered and makes it again with that.
 * A question that was closed is the problem `aborted`.
 */
export async function withProof<Answer>(
  client: MfaClient,
  ask: AskStepUp,
  call: (proof: Sent<ProofBody>, signal: AbortSignal | undefined) => Promise<MfaResult<Answer>>,
  { about, methods: known = [], signal, signIn }: ProvedOptions,
): Promise<MfaResult<Answer>> {
  let result = await call({}, signal);
  if (result.ok || result.problem.code !== "proof_needed") return result;
  const { methods: told, challenge } = result.problem;
  const all = told.length > 0 ? told : known;
  // Codes that are sent prove no change of factors, but for the very first set-up.
  const strong = all.filter((method) => !/^(email|sms)$/.test(method));
  /** A delivered code counts with its challenge alone; at a sign-in that stands in the header. */
  let sentFor: string | undefined;
  try {
    await ask({
      about,
      methods: strong.length > 0 ? strong : all,
      inline: false,
      waiting: 1,
      signal,
      factors: signIn ? undefined : () => factorsOf(client),
      async submit(code, signal, proof) {
        result = await call({ code, ...proof, challenge: sentFor }, signal);
        return result.ok ? undefined : result.problem;
      },
      async deliver(by, signal) {
        const sent = await deliverCode(client, by, signIn ? undefined : (sentFor ?? challenge), { signal, signIn });
        if (sent.ok && !signIn) sentFor = sent.challenge;
        return sent;
      },
    });
  } catch {
    return { ok: false, problem: { code: "aborted" } };
  }
  return result;
}
