import type { MfaClient, SignInCallOptions } from "./create-client.ts";
import type { StepUpDelivery } from "./step-up.ts";

/** Sends a code for a challenge that is there, of a guard or of a sign-in; without one, for a new one. */
export async function deliverCode(
  client: MfaClient,
  type: string,
  challenge: string | undefined,
  options: SignInCallOptions,
): Promise<StepUpDelivery & { challenge?: string }> {
  const result = await client.challenge({ type, challenge }, options);
  if (!result.ok) return result;
  const { sent_to: to = "", expires_at, challenge: used } = result.answer;
  return { ok: true, to, expiresAt: Date.parse(expires_at), challenge: used };
}
