import type { Mfa, Subject } from "@nightlatch/core";
import { toProblem } from "@nightlatch/core/http";
import { type ManualClock, type TestMfaOptions, testMfa } from "@nightlatch/core/testing";
import { type ExpressMfa, expressMfa, send } from "@nightlatch/express";
import { served } from "@nightlatch/internal-services/served";
import express, { type Express, type Request, type Response } from "express";
import { onTestFinished } from "vitest";
import { createMfaClient, type MfaClient, type MfaClientOptions } from "../../src/client/index.ts";

/** An app with MFA on a live port, for clients to talk to. */
export interface Host {
  url: string;
  mfa: Mfa;
  clock: ManualClock;
  /** What guarded routes did, as `METHOD path body`. */
  acted: string[];
  /** Every request that came, as `METHOD path`. */
  asked: string[];
  client(as: string | undefined, options?: Partial<MfaClientOptions>): MfaClient;
}

/** What a test changes about it. */
export interface HostOptions {
  mfa?: TestMfaOptions;
  routes?: (app: Express, stepUp: ExpressMfa["stepUp"]) => void;
}

/** `Authorization: Bearer user:session` is the host's own session. */
function subjectOf(req: Request): Subject | undefined {
  const [, id, session] = /^Bearer (\w+):(\w+)$/.exec(req.get("authorization") ?? "") ?? [];
  return id && session ? { id, session, name: `${id}@example.com` } : undefined;
}

/** Starts it on a loopback port of its own, until the test ends. */
export async function startHost({ mfa: options, routes }: HostOptions = {}): Promise<Host> {
  const { mfa, clock } = await testMfa({ issuer: "Fernhill", ...options });
  const acted: string[] = [];
  const asked: string[] = [];
  const { router, stepUp } = expressMfa(mfa, {
    subject: subjectOf,
    signIn: { session: () => "s9", start: ({ subject }) => ({ body: { token: `${subject.id}:s9` } }) },
  });
  const app = express();
  app.use((req, _res, next) => {
    asked.push(`${req.method} ${req.path}`);
    next();
  });
  app.use("/auth/mfa", router);
  app.use(express.text({ type: () => true }));
  const act = (req: Request, res: Response): void => {
    acted.push(`${req.method} ${req.path}${typeof req.body === "string" && req.body ? ` ${req.body}` : ""}`);
    res.json({ done: true });
  };
  app.post("/login/:id", async (req, res) => {
    const device = req.get("x-device");
    const step = await mfa.signIn({ id: req.params.id, name: `${req.params.id}@example.com` }, { amr: ["pwd"], ...(device && { device }) });
    if (step.required) send(res, toProblem(step));
    else res.json({ token: `${req.params.id}:s9` });
  });
  routes?.(app, stepUp);
  app.all("/plain/:id", stepUp({ maxAge: "5m" }), act);
  app.delete("/bookings/:id", stepUp({ purpose: "booking.cancel", bind: (req) => [String(req.params.id)], once: true }), act);
  app.post("/payments/:id", stepUp({ purpose: "payment.approve", bind: (req) => [String(req.params.id)] }), act);
  app.post("/now/:id", stepUp({ maxAge: 0 }), act);

  const { url, stop } = await served(app);
  onTestFinished(stop);
  return {
    url,
    mfa,
    clock,
    acted,
    asked,
    client: (as, options) =>
      createMfaClient({
        endpoint: `${url}/auth/mfa`,
        headers: () => Promise.resolve(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        clock: clock.now,
        ...options,
      }),
  };
}
