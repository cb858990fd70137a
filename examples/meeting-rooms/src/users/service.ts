import { randomUUID } from "node:crypto";
import { openApi } from "@nightlatch/core/http";
import { expressMfa } from "@nightlatch/express";
import type { RequestHandler } from "express";
import { z } from "zod";
import { valid } from "../http/input.ts";
import { page, pageAnswer } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
import { MFA_MOUNT } from "../http/request-log.ts";
import { type ServiceDefinition, service } from "../http/service.ts";
import { inboxPage } from "../mail/inbox-page.ts";
import { startMail } from "../mail/mail.ts";
import { endSession } from "../tokens/sessions.ts";
import { createAccount, expendableUser, listUsers, setActive } from "./accounts.ts";
import { deleteUser, finishErasures } from "./delete-user.ts";
import { followEnrolment, rememberingEnrolment } from "./enrolment.ts";
import { signInRoutes } from "./sign-in.ts";
import { hasNoUsers, selectUser } from "./sql.ts";
import { bothFactors, credentials, listedUser, registration, token, user, userChange, userQuery } from "./user.ts";

type WithUsername = RequestHandler<{ username: string }>;

/** The users service: accounts, signing in, and two-step verification. */
export const users: ServiceDefinition<"users"> = service({
  name: "users",
  port: 8001,
  title: "Users",
  description: "Accounts, signing in, and two-step verification.",
  signsTokens: true,
  async routes(api, context) {
    const { database, auth, log, live, limits, config } = context;
    const { mfa, freshCode } = await context.engine();
    const signingKeys = await context.signingKeys();
    const { login, loginMfa, finish } = signInRoutes({ database, mfa, signingKeys, limits, securityPage: config.securityPage });
    await finishErasures(database, mfa);
    startMail(mfa, context);
    followEnrolment(mfa, context);

    api.get(
      "/.well-known/jwks.json",
      {
        access: "open",
        summary: "The keys that access tokens are verified with (RFC 7517).",
        answers: { 200: z.object({ keys: z.array(z.unknown()) }) },
      },
      async (_req, res) => {
        res.set("Cache-Control", "public, max-age=60").json({ keys: await signingKeys.published() });
      },
    );

    // Where people try the system out they may use what its examples use.
    const newAccount = registration({ refuseCommon: config.production });
    /** Who may make an admin: the first account makes itself one, and admins make others, with a fresh code like all they do. */
    const mayAppoint: RequestHandler = async (req, res, next) => {
      if (valid(newAccount, req.body).role !== "admin") return next();
      if ((await auth.find(req))?.role === "admin") return await freshCode(req, res, next);
      if (!(await hasNoUsers(database))) throw new Problem("role_forbidden");
      next();
    };
    api.post(
      "/auth/register",
      {
        access: "credential",
        summary: "Makes an account. An administrator's: for the very first account, and for callers who are administrators.",
        body: newAccount,
        answers: { 201: user },
        problems: ["role_forbidden", "username_taken", "email_taken"],
      },
      mayAppoint,
      async (req, res) => {
        const input = valid(newAccount, req.body);
        const byAdmin = input.role === "admin" && (await auth.find(req))?.role === "admin";
        const made = await createAccount(database, input, { onlyAsFirst: input.role === "admin" && !byAdmin });
        live.publish({ type: "user", action: "created", id: made.id, user_id: made.id });
        res.status(201).json(made);
      },
    );

    api.post(
      "/auth/login",
      {
        access: "credential",
        summary: "Signs in with a password. 401 `mfa_required` with a challenge, where a second step is needed.",
        body: credentials,
        form: true,
        answers: { 200: token },
        problems: ["credentials_invalid", "account_inactive", "too_many_passwords"],
      },
      login,
    );

    api.post(
      "/auth/login-mfa",
      {
        access: "credential",
        summary: "Signs in with both factors at once, or with the challenge of a sign-in and a code. The grant is in MFA-Grant.",
        body: bothFactors,
        form: true,
        answers: { 200: token },
        problems: ["credentials_invalid", "account_inactive", "too_many_passwords"],
      },
      loginMfa,
    );

    api.post(
      "/auth/logout",
      { access: "user", summary: "Signs out: the token that asks is dead at every service.", answers: { 204: "Done." } },
      async (req, res) => {
        await endSession(database, (await auth.caller(req)).session);
        res.status(204).end();
      },
    );

    const { router } = expressMfa(rememberingEnrolment(mfa, database), {
      subject: auth.subject,
      // A sign-in may also end at /auth/mfa/verify with its challenge in MFA-Challenge; the token is then in that answer.
      signIn: { session: () => randomUUID(), start: finish },
      onError: (error) => log.error({ err: error }, "MFA failed"),
    });
    api.mount(MFA_MOUNT, router, openApi().paths as Record<string, unknown>);

    api.get(
      "/users",
      {
        access: "admin",
        summary: "Users in the order of their names, with how each one's second factor stands.",
        query: userQuery,
        answers: { 200: pageAnswer(listedUser) },
      },
      async (req, res) => {
        const query = valid(userQuery, req.query);
        const found = await listUsers(database, mfa, query);
        res.json(page(found, query.limit, { item: (one) => one, cursor: ({ username }) => username.toLowerCase() }));
      },
    );

    api.get("/users/me", { access: "user", summary: "Whoever asks.", answers: { 200: user } }, async (req, res) => {
      const found = await selectUser(database, (await auth.caller(req)).id);
      if (!found) throw new Problem("unauthenticated");
      res.json(found);
    });

    const expendable: WithUsername = async (req, _res, next) => {
      await expendableUser(database, req.params.username);
      next();
    };
    const change: WithUsername = async (req, res) => {
      const changed = await setActive(database, mfa, req.params.username, valid(userChange, req.body).is_active);
      live.publish({ type: "user", action: "changed", id: changed.id, user_id: changed.id });
      res.json(changed);
    };
    const wellFormed: RequestHandler = (req, _res, next) => {
      valid(userChange, req.body);
      next();
    };
    api.patch(
      "/users/:username",
      {
        access: "admin",
        summary: "Switches an account off or on.",
        body: userChange,
        answers: { 200: listedUser },
        problems: ["user_not_found", "last_admin"],
        stepUp: freshCode,
      },
      wellFormed,
      expendable,
      change,
    );

    const remove: WithUsername = async (req, res) => {
      const id = await deleteUser(database, mfa, log, req.params.username);
      live.publish({ type: "user", action: "deleted", id, user_id: id });
      res.status(204).end();
    };
    api.delete(
      "/users/:username",
      {
        access: "admin",
        summary: "Deletes a user and their factors, and cancels their bookings to come.",
        answers: { 204: "Done." },
        problems: ["user_not_found", "last_admin"],
        stepUp: freshCode,
      },
      expendable,
      remove,
    );

    // Mail that goes nowhere is shown here, to whoever is at this machine. It holds no secret, but it names people.
    if (!config.production && config.onLoopback && config.smtpUrl === undefined) {
      api.get(
        "/inbox",
        { access: "open", summary: "The mails of a development system.", answers: { 200: "text/html" } },
        inboxPage(database),
      );
    }
  },
});
