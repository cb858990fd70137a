import type { Mfa, Subject } from "@nightlatch/core";
import { type ManualClock, manualClock, type TestMfaOptions, testMfa } from "@nightlatch/core/testing";
import { served } from "@nightlatch/internal-services/served";
import express, { type Express, type Request, type RequestHandler } from "express";
import { onTestFinished } from "vitest";
import { type ExpressMfa, type ExpressMfaOptions, expressMfa } from "../../src/index.ts";
import { type WatchedStore, watchedStore } from "./watched-store.ts";

/** What came back. */
export interface Answer {
  status: number;
  headers: Headers;
  /** The body as JSON; empty when it is none. */
  body: Record<string, unknown>;
  text: string;
}

/** What goes out. */
export interface Call {
  /** The session, as `user:session` or `user:session:tenant`; nobody is signed in without it. */
  as?: string;
  /** Sent as JSON; a string goes out as it is, under the same media type. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** A host app with MFA on a live port. */
export interface Host {
  url: string;
  mfa: Mfa;
  clock: ManualClock;
  store: WatchedStore;
  /** Every guarded handler that ran, as `METHOD /path`. */
  ran: string[];
  /** What was reported to `onError`. */
  faults: Error[];
  call(method: string, path: string, call?: Call): Promise<Answer>;
}

/** What a test changes about the host. */
export interface HostOptions {
  /** Put `express.json()` in front of everything. */
  json?: boolean;
  /** Middleware in front of everything. */
  before?: RequestHandler;
  origins?: readonly string[];
  mfaOptions?: TestMfaOptions;
  /** Stands in for the engine that the adapter is given. */
  wrap?: (mfa: Mfa) => Mfa;
  subject?: ExpressMfaOptions["subject"];
  signIn?: ExpressMfaOptions["signIn"];
  /** More routes, in front of the usual ones. */
  routes?: (app: Express, stepUp: ExpressMfa["stepUp"], run: RequestHandler) => void;
}

/** Stands in for the host's own sessions: `Authorization: Bearer user:session[:tenant]`. */
export function subjectOfBearer(req: Request): Subject | undefined {
  const [, id, session, tenant] = /^Bearer ([\w-]+):([\w-]+)(?::([\w-]+))?$/.exec(req.get("authorization") ?? "") ?? [];
  if (!id || !session) return undefined;
  return { id, session, name: `${id}@example.com`, ...(tenant ? { tenant } : {}) };
}

function guardedRoutes(app: Express, stepUp: ExpressMfa["stepUp"], run: RequestHandler): void {
  app.all("/plain", stepUp(), run);
  app.delete("/bookings/:id", stepUp({ purpose: "booking.cancel", bind: ({ params }) => [String(params.id)] }), run);
  app.post("/once", stepUp({ once: true }), run);
  app.post("/now", stepUp({ maxAge: 0 }), run);
  app.post("/app-only", stepUp({ methods: ["totp"] }), run);
  app.post("/choice", stepUp({ ifNotEnrolled: "allow" }), run);
  app.post("/teapot", stepUp(), (_req, res) => {
    res.status(418).json({ done: false });
  });
  app.post("/throws", stepUp(), () => {
    throw new Error("the route's own fault");
  });
}

/** The guarded routes above as requests, each without a purpose or a binding but one. */
export const GUARDED: readonly (readonly [method: string, path: string])[] = [
  ["GET", "/plain"],
  ["POST", "/plain"],
  ["DELETE", "/bookings/7"],
  ["POST", "/once"],
  ["POST", "/now"],
  ["POST", "/app-only"],
  ["POST", "/choice"],
];

function outgoing({ as, body, headers = {} }: Call): { headers: Record<string, string>; body?: string } {
  const who = as === undefined ? {} : { authorization: `Bearer ${as}` };
  if (body === undefined) return { headers: { ...who, ...headers } };
  return {
    headers: { ...who, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Starts the host on a loopback port of its own, until the test ends. */
export async function startHost({
  json,
  before,
  origins,
  mfaOptions,
  wrap = (mfa) => mfa,
  subject = subjectOfBearer,
  signIn,
  routes,
}: HostOptions = {}): Promise<Host> {
  const store = watchedStore();
  // The first second of a time step.
  const { mfa, clock } = await testMfa({ issuer: "Example", store, clock: manualClock(1_800_000_000_000), ...mfaOptions });

  const ran: string[] = [];
  const faults: Error[] = [];
  const { router, stepUp } = expressMfa(wrap(mfa), {
    subject,
    onError: (error) => faults.push(error),
    ...(origins ? { origins } : {}),
    ...(signIn ? { signIn } : {}),
  });
  const app = express();
  const run: RequestHandler = ({ method, path }, res) => {
    ran.push(`${method} ${path}`);
    res.json({ done: true });
  };
  if (before) app.use(before);
  if (json) app.use(express.json());
  app.use("/auth/mfa", router);
  routes?.(app, stepUp, run);
  guardedRoutes(app, stepUp, run);
  app.use((_req, res) => {
    res.status(404).json({ host: "not found" });
  });

  const { url, stop } = await served(app);
  onTestFinished(stop);

  return {
    url,
    mfa,
    clock,
    store,
    ran,
    faults,
    async call(method, path, call = {}) {
      const response = await fetch(url + path, { method, redirect: "manual", ...outgoing(call) });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parsed(text) };
    },
  };
}
