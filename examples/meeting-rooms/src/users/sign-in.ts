import { randomUUID } from "node:crypto";
import type { Mfa } from "@nightlatch/core";
import { toProblem } from "@nightlatch/core/http";
import { send } from "@nightlatch/express";
import type { RequestHandler, Response } from "express";
import type { Queries } from "../database/database.ts";
import { valid } from "../http/input.ts";
import { Problem } from "../http/problem.ts";
import { type AccessToken, issueToken, TOKEN_LIFETIME } from "../tokens/access-token.ts";
import type { SigningKey } from "../tokens/signing-key.ts";
import { userById, userWithPassword } from "./accounts.ts";
import { bothFactors, credentials } from "./user.ts";

interface SignInOptions {
  database: Queries;
  mfa: Mfa;
  signingKey: SigningKey;
}

/** The routes that turn credentials into an access token. Each makes a session of its own. */
export function signInRoutes({ database, mfa, signingKey }: SignInOptions): { login: RequestHandler; loginMfa: RequestHandler } {
  /** The first factor, and what stands between it and a session. */
  const firstFactor = async (username: string, password: string) => {
    const user = await userWithPassword(database, username, password);
    if (!user) throw new Problem("credentials_invalid");
    return { user, step: await mfa.signIn({ id: user.id, name: user.username }, { amr: ["pwd"] }) };
  };

  const sendToken = async (res: Response, token: AccessToken, extra: object = {}): Promise<void> => {
    res.json({ access_token: await issueToken(signingKey, token), token_type: "bearer", expires_in: TOKEN_LIFETIME, ...extra });
  };

  return {
    async login(req, res) {
      const { username, password } = valid(credentials, req.body);
      const { user, step } = await firstFactor(username, password);
      if (step.required) return send(res, toProblem(step));
      await sendToken(res, { userId: user.id, session: randomUUID(), amr: step.amr });
    },

    async loginMfa(req, res) {
      const input = valid(bothFactors, req.body);
      const session = randomUUID();
      let challenge: string;
      if ("challenge" in input) ({ challenge } = input);
      else {
        const { user, step } = await firstFactor(input.username, input.password);
        if (!step.required) return await sendToken(res, { userId: user.id, session, amr: step.amr });
        ({ challenge } = step);
      }
      const verification = await mfa.verify({ challenge, code: input.code, session });
      if (!verification.ok) return send(res, toProblem(verification));
      const user = await userById(database, verification.subject.id);
      if (!user) throw new Problem("credentials_invalid");
      const { amr, grant, recoveryCodesLeft } = verification;
      res.set("MFA-Grant", grant);
      await sendToken(
        res,
        { userId: user.id, session, amr },
        recoveryCodesLeft === undefined ? {} : { recovery_codes_left: recoveryCodesLeft },
      );
    },
  };
}
