import type { Answer, Demand } from "../engine/requests.ts";
import type { Verified } from "../engine/results.ts";
import type { Method } from "../factors/factor.ts";
import { grantOf, isSignedIn, refused, signedIn, withGrant } from "./answers.ts";
import { deviceCookie } from "./cookies.ts";
import { type HttpResponse, json } from "./message.ts";
import { invalid, problem, toProblem } from "./problem.ts";
import { CODE_REFUSALS, isRefusal, type Route, type RouteContext, route } from "./route.ts";
import * as schemas from "./schemas.ts";
import type { ChallengeAnswer, ChallengeBody, VerifyAnswer, VerifyBody } from "./wire.ts";

/** Sends a code for a challenge that is there. */
async function delivered({ mfa }: RouteContext, type: Method, challenge: string, methods?: string[]): Promise<HttpResponse> {
  const sent = await mfa.deliver(challenge, type);
  if (isRefusal(sent)) return toProblem(sent);
  return json(200, {
    challenge,
    ...(methods ? { methods } : {}),
    sent_to: sent.to,
    expires_at: sent.expiresAt.toISOString(),
  } satisfies ChallengeAnswer);
}

const demandOf = ({ purpose, bind, once, methods }: ChallengeBody): Demand => ({
  ...(purpose === undefined ? {} : { purpose }),
  ...(bind === undefined ? {} : { bind }),
  ...(once === undefined ? {} : { once }),
  ...(methods === undefined ? {} : { methods }),
});

const challenge = route(
  {
    method: "POST",
    path: "/challenge",
    id: "challenge",
    summary: "A demand for a code, or a code sent by e-mail, SMS or whatever the host delivers by, for one that is there already.",
    access: "sign-in",
    body: schemas.challengeBody,
    answer: schemas.challengeAnswer,
    refusals: ["challenge_expired", "locked", "too_soon", "factor_limit", "unsupported", "delivery_failed"],
  },
  async (context, body) => {
    const { mfa, asking } = context;
    const { type, challenge: given } = body;
    if (!isSignedIn(asking)) {
      // The sign-in has its challenge already: what is missing is the code.
      if (type === undefined || Object.keys(body).length > 1)
        return invalid("type", "With MFA-Challenge, type alone says how the code is sent.");
      return await delivered(context, type, asking.challenge);
    }
    if (given !== undefined && type !== undefined) return await delivered(context, type, given);
    const { challenge, methods, expiresAt } = await mfa.challenge(asking, demandOf(body));
    if (type !== undefined) return await delivered(context, type, challenge, methods);
    return json(200, { challenge, methods, expires_at: expiresAt.toISOString() } satisfies ChallengeAnswer);
  },
);

const told = (verified: Verified): VerifyAnswer => ({
  ...grantOf(verified),
  ...(verified.recoveryCodesLeft === undefined ? {} : { recovery_codes_left: verified.recoveryCodesLeft }),
  ...(verified.reEnrol ? { re_enrol: true } : {}),
  ...(verified.device ? { device: { id: verified.device.id, expires_at: verified.device.expiresAt.toISOString() } } : {}),
});

/** The second step of a sign-in. */
async function completeSignIn(
  { mfa, signIn }: RouteContext,
  challenge: string,
  { code, factor_id: factorId, challenge: other, trust_device: device }: VerifyBody,
): Promise<HttpResponse> {
  if (!signIn) return problem("unsupported");
  if (other !== undefined) return invalid("challenge", "The challenge stands in MFA-Challenge already.");
  const session = await signIn.session();
  const verified = await mfa.verify({
    code,
    challenge,
    session,
    ...(factorId === undefined ? {} : { factorId }),
    ...(device === undefined ? {} : { device: { name: device } }),
  });
  if (isRefusal(verified)) return toProblem(verified);
  return await signedIn(verified, session, signIn, told(verified), verified.device ? [deviceCookie(verified.device)] : []);
}

const verify = route(
  {
    method: "POST",
    path: "/verify",
    id: "verify",
    summary: "Judges a code: for a grant, for a guard's challenge, or with MFA-Challenge as the second step of a sign-in.",
    access: "sign-in",
    takesCode: true,
    body: schemas.verifyBody,
    answer: schemas.verifyAnswer,
    refusals: [...CODE_REFUSALS, "unsupported"],
  },
  async (context, body) => {
    const { mfa, asking } = context;
    if (!isSignedIn(asking)) return await completeSignIn(context, asking.challenge, body);
    const { code, challenge, factor_id: factorId, trust_device: device } = body;
    // A device stands in for the second step of a sign-in, so a sign-in is where it comes to be trusted.
    if (device !== undefined) return invalid("trust_device", "A device is trusted at sign-in, with MFA-Challenge.");
    const answer: Answer = {
      code,
      subject: asking,
      ...(challenge === undefined ? {} : { challenge }),
      ...(factorId === undefined ? {} : { factorId }),
    };
    const verified = await mfa.verify(answer);
    return isRefusal(verified) ? await refused({ ...context, asking }, verified) : withGrant(verified, told(verified));
  },
);

/** The routes by which codes are asked for and judged. */
export const codeRoutes: readonly Route[] = [challenge, verify];
