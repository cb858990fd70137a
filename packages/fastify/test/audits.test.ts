import { auditGround, auditRoutes, httpAudits } from "@nightlatch/core/testing";
import Fastify from "fastify";
import { describe, test } from "vitest";
import { fastifyMfa } from "../src/index.ts";

/** A host for the audits on a live port. */
async function audited(): Promise<ReturnType<typeof httpAudits>> {
  const ground = await auditGround();
  const app = Fastify();
  await app.register(fastifyMfa, {
    mfa: ground.mfa,
    subject: (request) => ground.subject(request.headers.authorization),
    origins: ground.origins,
    signIn: ground.signIn,
  });
  for (const { path, options, isBound } of auditRoutes) {
    const preHandler = app.stepUp({ ...options, ...(isBound ? { bind: ({ params }) => [(params as { id: string }).id] } : {}) });
    app.post(path, { preHandler }, async () => ({ done: true }));
  }
  const baseUrl = await app.listen({ host: "127.0.0.1", port: 0 });
  app.server.unref();
  return httpAudits({ baseUrl, ground });
}

describe("Fastify", async () => {
  test.each(await audited())("$id $level $name", async ({ run }) => {
    await run();
  });
});
