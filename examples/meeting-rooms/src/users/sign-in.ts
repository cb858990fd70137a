import { randomUUID } from "node:crypto";
import type { Mfa } from "@nightlatch/core";
import { type SignedIn, toProblem } from "@nightlatch/core/http";
import { send } from "@nightlatch/express";
import type { Request, RequestHandler } from "express";
import type { Queries } from "../database/database.ts";
import { valid } from "../http/input.ts";
import { Problem } from "../http/problem.ts";
import type { AppLimits } from "../limits/app-limits.ts";
import { type AccessToken, issueToken, TOKEN_LIFETIME } from "../tokens/access-token.ts";
import { beginSession } from "../tokens/sessions.ts";
import type { SigningKeys } from "../tokens/signing-keys.ts";
import { userWithPassword } from "./accounts.ts";
import { mailGuesses } from "./guessed-passwords.ts";
import { selectUser } from "./sql.ts";
import { bothFactors, credentials, isUsername, type User } from "./user.ts";

interface SignInOptions {
  database: Queries;
  mfa: Mfa;
  signingKeys: SigningKeys;
  limits: AppLimits;
  /** The page where users manage their second factor, for mails to lead to. */
  securityPage: string | undefined;
}

/** What turns credentials into an access token. Each sign-in makes a session of its own. */
interface SignInRoutes {
  login: RequestHandler;
  loginMfa: RequestHandler;
  /** Ends a sign-in whose second step the MFA routes judged. */
  finish(signedIn: Pick<SignedIn, "subject" | "session" | "amr">): Promise<{ body: Record<string, unknown> }>;
}

/** The login contract: `mfa.signIn` between password and session, `mfa.verify` for the second step. */
export function signInRoutes({ database, mfa, signingKeys, limits, securityPage }: SignInOptions): SignInRoutes {
  const allowed = <Found extends User>(user: Found | undefined): Found => {
    if (!user) throw new Problem("credentials_invalid");
    if (!user.is_active) throw new Problem("account_inactive");
    return user;
  };

  /** The first factor, and what stands between it and a session. */
  const firstFactor = async (req: Request, username: string, password: string) => {
    await limits.countPassword(req, username);
    const found = await userWithPassword(database, username, password);
    if (!found && isUsername(username) && (await limits.countWrong(username))) await mailGuesses(database, username, securityPage);
    const user = allowed(found);
    await limits.forgive(req, username);
    return { user, step: await mfa.signIn({ id: user.id, name: user.username }, { amr: ["pwd"], enrolled: user.mfa_enrolled }) };
  };

  const tokenFor = async (token: AccessToken, enrolled: boolean): Promise<Record<string, unknown>> => {
    const key = await signingKeys.current();
    if (!(await beginSession(database, token, enrolled))) throw new Problem("unauthenticated");
    return { access_token: await issueToken(key, token), token_type: "bearer", expires_in: TOKEN_LIFETIME };
  };

  const finish: SignInRoutes["finish"] = async ({ subject, session, amr }) => {
    const user = allowed(await selectUser(database, subject.id));
    return { body: await tokenFor({ userId: user.id, session, amr }, true) };
  };

  return {
    finish,

    async login(req, res) {
      const { username, password } = valid(credentials, req.body);
      const { user, step } = await firstFactor(req, username, password);
      if (step.required) return send(res, toProblem(step));
      res.json(await tokenFor({ userId: user.id, session: randomUUID(), amr: step.amr }, user.mfa_enrolled));
    },

    async loginMfa(req, res) {
      const input = valid(bothFactors, req.body);
      const session = randomUUID();
      let challenge: string;
      if ("challenge" in input) ({ challenge } = input);
      else {
        const { user, step } = await firstFactor(req, input.username, input.password);
        if (!step.required) return void res.json(await tokenFor({ userId: user.id, session, amr: step.amr }, user.mfa_enrolled));
        ({ challenge } = step);
      }
      const verification = await mfa.verify({ challenge, code: input.code, session });
      if (!verification.ok) return send(res, toProblem(verification));
      const { subject, amr, grant, recoveryCodesLeft } = verification;
      const { body } = await finish({ subject, session, amr });
      res.set("MFA-Grant", grant).json({ ...body, ...(recoveryCodesLeft === undefined ? {} : { recovery_codes_left: recoveryCodesLeft }) });
    },
  };
}
