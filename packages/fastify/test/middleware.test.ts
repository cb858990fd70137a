import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError } from "@nightlatch/core";
import { createRateLimits, memoryLimits } from "@nightlatch/core/limits";
import Fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import * as client from "prom-client";
import { expect, onTestFinished, test } from "vitest";
import { type FastifyRateLimitOptions, httpMetrics, rateLimit } from "../src/index.ts";

const newLimits = () => createRateLimits({ mfa: { points: 2, per: "5m" }, day: { points: 9, per: "1d" } }, memoryLimits());

function limited(options: FastifyRateLimitOptions, server: FastifyServerOptions = {}): FastifyInstance {
  const limits = newLimits();
  const app = Fastify(server);
  onTestFinished(() => app.close());
  app.post<{ Params: { id: string } }>(
    "/rooms/:id",
    { onRequest: [rateLimit(limits, "mfa", options), rateLimit(limits, "day", options)] },
    async ({ params }) => ({ id: params.id }),
  );
  return app;
}

const USER: FastifyRateLimitOptions = {
  by: "user",
  subject: ({ headers }) => (headers["x-user"] ? { id: String(headers["x-user"]) } : null),
};

test("R46 each answer says what the limits are and what is left, and a refusal when to come back", async () => {
  const app = limited(USER);
  const ask = () => app.inject({ method: "POST", url: "/rooms/7", headers: { "x-user": "alice" } });
  const first = await ask();
  expect(first.json()).toEqual({ id: "7" });
  expect(first.headers["ratelimit-policy"]).toBe('"mfa";q=2;w=300, "day";q=9;w=86400');
  expect(first.headers.ratelimit).toMatch(/^"mfa";r=1;t=\d+, "day";r=8;t=\d+$/);
  await ask();
  const refused = await ask();
  expect(refused.json()).toMatchObject({ code: "rate_limited", status: 429, retry_after: Number(refused.headers["retry-after"]) });
  expect(refused.headers["content-type"]).toContain("application/problem+json");
  expect(refused.body + JSON.stringify(refused.headers)).not.toContain("alice");
});

const statuses = async (app: FastifyInstance, calls: { remoteAddress?: string; headers?: Record<string, string> }[]): Promise<number[]> => {
  const found: number[] = [];
  for (const call of calls) found.push((await app.inject({ method: "POST", url: "/rooms/7", ...call })).statusCode);
  return found;
};

test("A16 one client is one count, however its address turns and is spelt", async () => {
  const turning = ["2001:db8::1", "2001:DB8:0:0::2", "2001:db8::ffff"].map((remoteAddress) => ({ remoteAddress }));
  expect(await statuses(limited({ by: "address" }), turning)).toEqual([200, 200, 429]);
  const spelt = ["203.0.113.9", "::ffff:203.0.113.9", "::FFFF:cb00:7109"].map((remoteAddress) => ({ remoteAddress }));
  expect(await statuses(limited({ by: "address" }), spelt)).toEqual([200, 200, 429]);
});

test("A17 with no trusted proxy a forged X-Forwarded-For changes nothing; behind one the address is what it saw", async () => {
  const forged = ["1.1.1.1", "2.2.2.2", "3.3.3.3"].map((address) => ({ headers: { "x-forwarded-for": address } }));
  expect(await statuses(limited({ by: "address" }), forged)).toEqual([200, 200, 429]);
  expect(await statuses(limited({ by: "address" }, { trustProxy: "127.0.0.1" }), forged)).toEqual([200, 200, 200]);
  const prepended = ["9.9.9.9, 1.1.1.1", "8.8.8.8, 1.1.1.1", "1.1.1.1"].map((address) => ({ headers: { "x-forwarded-for": address } }));
  expect(await statuses(limited({ by: "address" }, { trustProxy: "127.0.0.1" }), prepended)).toEqual([200, 200, 429]);
});

test("A18 whoever is not signed in is counted by address, and by no user's count", async () => {
  const app = limited(USER);
  expect(await statuses(app, [{ headers: { "x-user": "alice" } }, { headers: { "x-user": "alice" } }])).toEqual([200, 200]);
  expect(await statuses(app, [{}, {}, {}, { headers: { "x-user": "alice" } }])).toEqual([200, 200, 429, 429]);
});

test("A13 a limit by user that is not told who is asking stops the start", () => {
  expect(() => rateLimit(newLimits(), "mfa", { by: "user" })).toThrow(ConfigError);
});

async function measured(): Promise<{ app: FastifyInstance; counted(): Promise<Record<string, number>> }> {
  const register = new client.Registry();
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(httpMetrics(client, { register }));
  return {
    app,
    async counted() {
      const { values } = (await register.getSingleMetric("http_requests_total")?.get()) ?? { values: [] };
      return Object.fromEntries(values.map(({ labels, value }) => [Object.values(labels).join(" "), value]));
    },
  };
}

test("requests are counted by method, route pattern and status, and no raw path enters a label", async () => {
  const { app, counted } = await measured();
  app.get("/bookings/:id", async () => ({}));
  app.post("/broken", async () => {
    throw new Error("broken");
  });
  await app.register(async (child) => void child.get("/:room", async () => ({})), { prefix: "/orgs/:org" });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  for (const path of ["/bookings/1", "/bookings/canary", "/orgs/acme/7", "/wp-admin", "/canary"]) await fetch(url + path);
  await fetch(`${url}/broken`, { method: "POST" });
  await fetch(`${url}/bookings/1`, { method: "HEAD" });
  await expect.poll(counted).toEqual({
    "GET /bookings/:id 200": 2,
    "GET /orgs/:org/:room 200": 1,
    "GET unmatched 404": 2,
    "POST /broken 500": 1,
    "HEAD /bookings/:id 200": 1,
  });
});

test("a request that its client gave up is aborted", async () => {
  const { app, counted } = await measured();
  const arrived = Promise.withResolvers<void>();
  app.get("/slow", async () => {
    arrived.resolve();
    await new Promise(() => undefined);
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const given = httpRequest({ port: (app.server.address() as AddressInfo).port, path: "/slow" });
  given.on("error", () => undefined);
  given.end();
  await arrived.promise;
  given.destroy();
  await expect.poll(counted).toEqual({ "GET /slow aborted": 1 });
});
