import { join } from "node:path";
import express, { type Express } from "express";
import type { Logger } from "pino";
import { answerProblems, notFound } from "../../src/http/answer-problems.ts";
import { Problem } from "../../src/http/problem.ts";
import { requestLog } from "../../src/http/request-log.ts";
import { proxyTo } from "./proxy.ts";
import { sameOriginOnly } from "./same-origin.ts";
import { securityHeaders } from "./security-headers.ts";
import { endSession, sessionToken } from "./session-cookie.ts";

/** The services behind the console, in the order in which they are shown. */
export const SERVICES = ["users", "rooms", "bookings", "reviews", "analytics"] as const;

export type BackendName = (typeof SERVICES)[number];

/** An account that the sign-in page offers to fill in. */
export interface DemoAccount {
  username: string;
  password: string;
  role: string;
}

export interface ConsoleOptions {
  /** Where each service answers. */
  urls: Readonly<Record<BackendName, string>>;
  /** The folder with the built pages. */
  pages: string;
  log: Logger;
  /** Whose `X-Forwarded-*` is believed, as Express' `trust proxy` says it. */
  trustProxy: string;
  /** Shown on the sign-in page; none in production. */
  demoAccounts: readonly DemoAccount[];
  /** Where Grafana is, if it is there. */
  grafanaUrl: string | undefined;
  /** Whether the users service shows its mail at `/inbox`. */
  inbox: boolean;
  /** Ends live updates, which would else keep the server from closing. */
  stop: AbortSignal;
}

/** The services' first path segments. */
const PATHS: Readonly<Record<BackendName, readonly string[]>> = {
  users: ["auth", "users", "inbox"],
  rooms: ["rooms"],
  bookings: ["bookings", "events"],
  reviews: ["reviews"],
  analytics: ["analytics"],
};

/** Below it answers may hold an access token. */
const SIGN_IN = "auth";

/** Milliseconds that the users service is given to end a session. */
const PATIENCE = 5_000;

/**
 * Ends the session that a token stands for.
 *
 * @throws Problem `unavailable` when that is not known to have been done
 */
async function endAtService(users: string, token: string | undefined): Promise<void> {
  if (token === undefined) return;
  const ended = await fetch(`${users}/auth/logout`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(PATIENCE),
  }).catch((cause: unknown) => {
    throw new Problem("unavailable", { cause });
  });
  // 401: it is over already.
  if (ended.status !== 204 && ended.status !== 401) throw new Problem("unavailable");
}

/** The console's server: the built pages, the five services under `/api` on the same origin. */
export function createConsole({ urls, pages, log, trustProxy, demoAccounts, grafanaUrl, inbox, stop }: ConsoleOptions): Express {
  const app = express();
  app.enable("case sensitive routing").enable("strict routing");
  app.disable("x-powered-by").set("trust proxy", trustProxy);
  app.use(requestLog(log), securityHeaders);

  app.get("/health", (_req, res) => void res.json({ status: "ok", service: "console" }));

  app.use("/api", sameOriginOnly, (_req, res, next) => {
    res.set("Cache-Control", "no-store");
    next();
  });
  app.get("/api/console", (req, res) => {
    const signed_in = sessionToken(req) !== undefined;
    res.json({ signed_in, demo_accounts: demoAccounts, grafana_url: grafanaUrl ?? null, inbox });
  });
  app.delete("/api/session", async (req, res) => {
    // The browser forgets the token, whatever becomes of the session that it stands for.
    endSession(req, res);
    await endAtService(urls.users, sessionToken(req));
    res.status(204).end();
  });
  for (const name of SERVICES) {
    for (const path of PATHS[name]) app.use(`/api/${path}`, proxyTo(urls[name], stop, { signsIn: path === SIGN_IN }));
  }
  app.use("/api", notFound);

  // Built files bear a hash of what they hold in their names.
  app.use("/assets", express.static(join(pages, "assets"), { immutable: true, maxAge: "1y", index: false }), notFound);
  app.use(express.static(pages, { index: false, maxAge: 0 }));
  app.get("/{*page}", (_req, res) => {
    res.set("Cache-Control", "no-cache").sendFile("index.html", { root: pages });
  });
  app.use(notFound, answerProblems(log));
  return app;
}
