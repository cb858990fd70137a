import type { Mfa } from "@nightlatch/core";
import { expressMfa } from "@nightlatch/express";
import type { Express, RequestHandler } from "express";
import type { JWTVerifyGetKey } from "jose";
import type { Logger } from "pino";
import { z } from "zod";
import type { Database } from "../database/database.ts";
import { jsonBody, jsonOrFormBody, valid } from "../http/input.ts";
import { page, pageOf } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
import { MFA_MOUNT } from "../http/request-log.ts";
import { createService } from "../http/service.ts";
import { createAuthentication } from "../tokens/authenticate.ts";
import type { SigningKey } from "../tokens/signing-key.ts";
import { createAccount, isEmpty, listUsers, userById } from "./accounts.ts";
import { deletableUser, deleteUser } from "./delete-user.ts";
import { signInRoutes } from "./sign-in.ts";
import { isUsername, registration, type User } from "./user.ts";

interface UsersOptions {
  database: Database;
  mfa: Mfa;
  log: Logger;
  signingKey: SigningKey;
  /** Finds the key that a token names. */
  keys: JWTVerifyGetKey;
}

const listQuery = z.object(pageOf(z.string().refine(isUsername, "must be the next_cursor of a page")));

/** The users service: accounts, signing in, and two-step verification. */
export function usersService({ database, mfa, log, signingKey, keys }: UsersOptions): Express {
  const { find, caller, subject, signedIn, admins } = createAuthentication(database, keys);
  const { router, stepUp } = expressMfa(mfa, { subject, onError: (error) => log.error({ err: error }, "MFA failed") });
  const { login, loginMfa } = signInRoutes({ database, mfa, signingKey });
  const freshCode = stepUp({ maxAge: "5m", ifNotEnrolled: "allow" });

  /** Who may make an admin: the first account makes itself one, and admins make others, with a fresh code like all they do. */
  const mayAppoint: RequestHandler = async (req, res, next) => {
    const { role } = valid(registration, req.body);
    if (role !== "admin") return next();
    if ((await find(req))?.role === "admin") return await freshCode(req, res, next);
    if (!(await isEmpty(database))) throw new Problem("role_forbidden");
    next();
  };

  const register: RequestHandler = async (req, res) => {
    const input = valid(registration, req.body);
    const byAdmin = input.role === "admin" && (await find(req))?.role === "admin";
    res.status(201).json(await createAccount(database, input, { onlyAsFirst: input.role === "admin" && !byAdmin }));
  };

  return createService({ name: "users", database, log }, (app) => {
    app.get("/.well-known/jwks.json", (_req, res) => {
      res.set("Cache-Control", "public, max-age=300").json({ keys: [signingKey.publicJwk] });
    });
    app.post("/auth/register", ...jsonBody, mayAppoint, register);
    app.post("/auth/login", ...jsonOrFormBody, login);
    app.post("/auth/login-mfa", ...jsonOrFormBody, loginMfa);
    app.use(MFA_MOUNT, router);

    app.get("/users", admins, async (req, res) => {
      const { limit, cursor } = valid(listQuery, req.query);
      const users = await listUsers(database, { after: cursor, limit: limit + 1 });
      res.json(page(users, limit, { item: (user) => user, cursor: ({ username }) => username.toLowerCase() }));
    });
    app.get("/users/me", signedIn, async (req, res) => {
      const user: User | undefined = await userById(database, (await caller(req)).id);
      if (!user) throw new Problem("unauthenticated");
      res.json(user);
    });
    const deletable: RequestHandler<{ username: string }> = async (req, _res, next) => {
      await deletableUser(database, req.params.username);
      next();
    };
    app.delete("/users/:username", admins, deletable, freshCode, async (req, res) => {
      await deleteUser(database, mfa, log, req.params.username);
      res.status(204).end();
    });
  });
}
