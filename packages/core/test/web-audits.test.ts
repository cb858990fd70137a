import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { describe, test } from "vitest";
import { webMfa } from "../src/http/index.ts";
import { auditGround, auditRoutes, httpAudits } from "../src/testing/index.ts";

/** Hono on a live port, with the handler for Web requests. */
async function audited(): Promise<ReturnType<typeof httpAudits>> {
  const ground = await auditGround();
  const { handler, stepUp } = webMfa(ground.mfa, {
    subject: (request) => ground.subject(request.headers.get("authorization")),
    origins: ground.origins,
    signIn: ground.signIn,
  });
  const app = new Hono();
  app.all("/auth/mfa/*", (c) => handler(c.req.raw));
  for (const { path, options, isBound } of auditRoutes) {
    const done = () => Response.json({ done: true });
    const guarded = isBound ? stepUp({ ...options, bind: (_request, id: string) => [id] }, done) : stepUp(options, done);
    app.post(path, (c) => guarded(c.req.raw, c.req.param("id") ?? ""));
  }
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
  server.unref();
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  return httpAudits({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ground });
}

describe("Hono, by the handler for Web requests", async () => {
  test.each(await audited())("$id $level $name", async ({ run }) => {
    await run();
  });
});
