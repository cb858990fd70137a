import type { SetupOptions } from "../engine/requests.ts";
import type { Verification } from "../engine/results.ts";
import { bearerOf } from "../engine/subject.ts";
import { askerDigest } from "../grants/grant.ts";
import { qrDataUrl } from "../otp/index.ts";
import { factorOf, grantOf, isSignedIn, proofIn, refused, signedIn, withGrant } from "./answers.ts";
import { json } from "./message.ts";
import { problem } from "./problem.ts";
import { CODE_REFUSALS, isRefusal, PROOF_REFUSALS, type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";
import type { EnableAnswer, SetupAnswer, StatusAnswer } from "./wire.ts";

const status = route(
  {
    method: "GET",
    path: "/status",
    id: "status",
    summary: "The user's own state.",
    access: "session",
    answer: schemas.statusAnswer,
    refusals: ["enrolment_mismatch"],
  },
  async ({ mfa, asking }) => {
    const { enabled, factors, methods, recoveryCodesLeft, lockedUntil, switchedOff } = await mfa.status(asking);
    return json(200, {
      mfa_enabled: enabled,
      username: asking.name ?? asking.id,
      asker: askerDigest(bearerOf(asking)),
      factors: factors.map(factorOf),
      methods,
      recovery_codes_left: recoveryCodesLeft,
      ...(lockedUntil ? { locked_until: lockedUntil.toISOString() } : {}),
      ...(switchedOff ? { switched_off: true } : {}),
    } satisfies StatusAnswer);
  },
);

const setup = route(
  {
    method: "POST",
    path: "/setup",
    id: "setup",
    summary: "Begins an authenticator, which waits for its first code. Beside an enabled one it needs proof.",
    access: "sign-in",
    takesCode: true,
    body: schemas.setupBody,
    answer: schemas.setupAnswer,
    refusals: [...PROOF_REFUSALS, "factor_unknown", "factor_limit", "unsupported"],
  },
  async (context, { type, name, replaces, ...body }) => {
    const asked: SetupOptions = {
      ...(type === undefined ? {} : { type }),
      ...(name === undefined ? {} : { name }),
      ...(replaces === undefined ? {} : { replaces }),
      proof: proofIn(context, body),
    };
    const made = await context.mfa.factors.setup(context.asking, asked);
    if (isRefusal(made)) return await refused(context, made);
    return json(200, {
      factor_id: made.factorId,
      secret: made.secret,
      uri: made.uri,
      qr_code: await qrDataUrl(made.uri),
      expires_at: made.expiresAt.toISOString(),
    } satisfies SetupAnswer);
  },
);

const enable = route(
  {
    method: "POST",
    path: "/enable",
    id: "enable",
    summary: "Enables the authenticator that waits, by its first code; with MFA-Challenge it ends a sign-in that waited for it.",
    access: "sign-in",
    takesCode: true,
    body: schemas.enableBody,
    answer: schemas.enableAnswer,
    refusals: [...CODE_REFUSALS, "enrolment_mismatch", "factor_limit", "unsupported"],
  },
  async (context, { code, factor_id: factorId }) => {
    const { mfa, asking, signIn } = context;
    const answer = { code, ...(factorId === undefined ? {} : { factorId }) };
    const told = (verified: Verification & { ok: true }): EnableAnswer => ({
      mfa_enabled: true,
      ...grantOf(verified),
      ...(verified.recoveryCodes ? { recovery_codes: verified.recoveryCodes } : {}),
    });
    if (isSignedIn(asking)) {
      const verified = await mfa.factors.enable(asking, answer);
      return isRefusal(verified) ? await refused(context, verified) : withGrant(verified, told(verified));
    }
    if (!signIn) return problem("unsupported");
    const session = await signIn.session();
    const verified = await mfa.factors.enable({ challenge: asking.challenge, session }, answer);
    return isRefusal(verified) ? await refused(context, verified) : await signedIn(verified, session, signIn, told(verified));
  },
);

const disable = route(
  {
    method: "POST",
    path: "/disable",
    id: "disable",
    summary: "Removes every authenticator and recovery code.",
    access: "session",
    takesCode: true,
    body: schemas.proofBody,
    answer: schemas.disableAnswer,
    refusals: PROOF_REFUSALS,
  },
  async (context, body) => {
    const verification = await context.mfa.disable(context.asking, proofIn(context, body));
    return isRefusal(verification) ? await refused(context, verification) : json(200, { mfa_enabled: false });
  },
);

const recoveryCodes = route(
  {
    method: "POST",
    path: "/recovery-codes",
    id: "regenerateRecoveryCodes",
    summary: "A new set of recovery codes in place of the old one.",
    access: "session",
    takesCode: true,
    body: schemas.proofBody,
    answer: schemas.recoveryCodesAnswer,
    refusals: [...PROOF_REFUSALS, "unsupported"],
  },
  async (context, body) => {
    const verification = await context.mfa.regenerateRecoveryCodes(context.asking, proofIn(context, body));
    if (isRefusal(verification)) return await refused(context, verification);
    return withGrant(verification, { recovery_codes: verification.recoveryCodes ?? [] });
  },
);

/** The routes by which MFA is turned on and off. */
export const enrolmentRoutes: readonly Route[] = [status, setup, enable, disable, recoveryCodes];
