import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { auditGround, auditRoutes, httpAudits } from "@nightlatch/core/testing";
import express from "express";
import { describe, expect, test } from "vitest";
import { expressMfa } from "../src/index.ts";

/** A host for the audits on a live port. */
async function audited(parsesBodies: boolean): Promise<ReturnType<typeof httpAudits>> {
  const ground = await auditGround();
  const { router, stepUp } = expressMfa(ground.mfa, {
    subject: (req) => ground.subject(req.get("authorization")),
    origins: ground.origins,
    signIn: ground.signIn,
  });
  const app = express();
  if (parsesBodies) app.use(express.json());
  app.use("/auth/mfa", router);
  for (const { path, options, isBound } of auditRoutes) {
    const guard = stepUp({ ...options, ...(isBound ? { bind: (req) => [String(req.params.id)] } : {}) });
    app.post(path, guard, (_req, res) => void res.json({ done: true }));
  }
  const server = createServer(app).listen(0, "127.0.0.1");
  server.unref();
  await new Promise((resolve) => server.once("listening", resolve));
  return httpAudits({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ground, parsesBodies });
}

describe.each([
  ["reads bodies itself", await audited(false)],
  ["is behind express.json()", await audited(true)],
])("Express, where the router %s", (_how, audits) => {
  test.each(audits)("$id $level $name", async ({ run }) => {
    await run();
  });

  test("there are 80 audits at least, each with an id of its own", () => {
    expect(new Set(audits.map(({ id }) => id)).size).toBe(audits.length);
    expect(audits.length).toBeGreaterThanOrEqual(80);
  });
});
