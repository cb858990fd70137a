import { join } from "node:path";
import express, { type Express } from "express";
import type { Logger } from "pino";
import { answerProblems, notFound } from "../../src/http/answer-problems.ts";
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

/** The console's server: the built pages, the five services under `/api` on the same origin. */
export function createConsole({ urls, pages, log, trustProxy, demoAccounts, grafanaUrl, inbox, stop }: ConsoleOptions): Express {
  const app = express();
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
  app.delete("/api/session", (req, res) => {
    endSession(req, res);
    res.status(204).end();
  });
  for (const name of SERVICES) {
    const proxy = proxyTo(urls[name], stop);
    for (const path of PATHS[name]) app.use(`/api/${path}`, proxy);
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
