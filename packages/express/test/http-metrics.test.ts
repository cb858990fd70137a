import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { ConfigError } from "@nightlatch/core";
import { createHttpMetrics, type PromClient } from "@nightlatch/core/http";
import { served } from "@nightlatch/internal-services/served";
import express, { type Express, Router } from "express";
import * as client from "prom-client";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpMetrics } from "../src/index.ts";
import { startHost } from "./support/app.ts";

interface Watched {
  app: Express;
  register: client.Registry;
  /** Answers once the request is counted. */
  ask(method: string, path: string): Promise<number>;
  url: string;
  /** The series of a counter or a gauge, as `METHOD route status` and its value. */
  series(name: string): Promise<Record<string, number>>;
}

/** An app that is measured, on a live port. */
async function watched(routes: (app: Express) => void): Promise<Watched> {
  const register = new client.Registry();
  const app = express();
  app.use(httpMetrics(client, { register }));
  routes(app);
  const { url, stop } = await served(app);
  onTestFinished(stop);
  const series = async (name: string) => {
    const { values } = (await register.getSingleMetric(name)?.get()) ?? { values: [] };
    return Object.fromEntries(values.map(({ labels, value }) => [Object.values(labels).join(" "), value]));
  };
  const counted = async () => Object.values(await series("http_requests_total")).reduce((sum, n) => sum + n, 0);
  return {
    app,
    register,
    url,
    series,
    async ask(method, path) {
      const before = await counted();
      // Not by fetch, which would tidy the path up.
      const sent = httpRequest(url, { method, path, agent: false });
      sent.end();
      const [response] = await once(sent, "response");
      response.resume();
      await once(response, "end");
      await expect.poll(counted).toBe(before + 1);
      return response.statusCode;
    },
  };
}

const ok: express.RequestHandler = (_req, res) => void res.send("ok");

describe("httpMetrics on Express", () => {
  test("requests are counted and timed by method, route pattern and status", async () => {
    const { ask, series, register } = await watched((app) => {
      app.get("/bookings/:id", ok);
      app.post("/bookings", (_req, res) => void res.status(201).end());
    });
    for (const id of ["1", "2", "canary"]) await ask("GET", `/bookings/${id}?secret=canary`);
    await ask("POST", "/bookings");
    expect(await series("http_requests_total")).toEqual({ "GET /bookings/:id 200": 3, "POST /bookings 201": 1 });
    const text = await register.metrics();
    expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/bookings/:id",status="200"} 3');
    expect(text).toContain('http_request_duration_seconds_bucket{le="10",method="GET",route="/bookings/:id",status="200"} 3');
    expect(text).toContain('http_requests_in_progress{method="GET"} 0');
    expect(text).not.toContain("canary");
  });

  test("no raw path enters a label, whatever is requested", async () => {
    const { ask, series } = await watched((app) => {
      app.get("/known", ok);
    });
    const paths = ["/", "/wp-admin", "/known/", "/KNOWN", "/%6bnown", "//known", "/known?x", "/a/../known", "/%ff", "/known%00"];
    for (const path of paths) await ask("GET", path);
    for (let n = 0; n < 30; n += 1) await ask("GET", `/random-${n}`);
    const found = await series("http_requests_total");
    expect(new Set(Object.keys(found).map((labels) => labels.split(" ")[1]))).toEqual(new Set(["/known", "unmatched"]));
  });

  test("a router that is mounted under parameters is known by its pattern", async () => {
    const { ask, series } = await watched((app) => {
      const rooms = Router();
      rooms.get("/rooms/:room", ok);
      rooms.get("/", ok);
      const orgs = Router();
      orgs.use("/:org", rooms);
      app.use("/Orgs", orgs);
      app.use(["/v1", "/v2"], rooms);
    });
    for (const org of ["acme", "globex", "canary"]) await ask("GET", `/orgs/${org}/rooms/7`);
    await ask("GET", "/ORGS/acme");
    await ask("GET", "/v1/rooms/1");
    await ask("GET", "/v2/rooms/1");
    await ask("GET", "/v1/rooms/2");
    await ask("GET", "/orgs/acme/unknown");
    expect(await series("http_requests_total")).toEqual({
      "GET /Orgs/:org/rooms/:room 200": 3,
      "GET /Orgs/:org/ 200": 1,
      "GET /v1/rooms/:room 200": 2,
      "GET /v2/rooms/:room 200": 1,
      "GET unmatched 404": 1,
    });
  });

  test("what is mounted and is no router is known by its mount", async () => {
    const { ask, series } = await watched((app) => {
      const inner = express();
      inner.get("/things/:id", ok);
      app.use("/assets", ok);
      app.use("/inner/:tenant", inner);
    });
    await ask("GET", "/assets/logo.svg");
    await ask("GET", "/assets/canary/deep");
    await ask("GET", "/inner/canary/things/1");
    expect(await series("http_requests_total")).toEqual({ "GET /assets/* 200": 2, "GET /inner/:tenant/things/:id 200": 1 });
  });

  test("an error that a mounted route passes on is the route's own", async () => {
    const { ask, series } = await watched((app) => {
      const rooms = Router();
      rooms.get("/:room", (req, res, next) => (req.params.room === "broken" ? next(new Error("broken")) : void res.send("ok")));
      app.use("/rooms", rooms);
      app.use(((_error, _req, res, _next) => void res.status(500).end()) as express.ErrorRequestHandler);
    });
    await ask("GET", "/rooms/1");
    await ask("GET", "/rooms/broken");
    expect(await series("http_requests_total")).toEqual({ "GET /rooms/:room 200": 1, "GET /rooms/:room 500": 1 });
  });

  test("a path that can't be decoded is counted where an error handler was mounted, and ends no process", async () => {
    const { ask, series } = await watched((app) => {
      app.use("/t/:tenant", (_req, _res, next) => next());
      const handled: express.ErrorRequestHandler = (_error, _req, res, _next) => void res.status(400).end();
      app.use(/^\/t\/[^/]+/, handled);
    });
    expect(await ask("GET", "/t/%E0%A4%A/x")).toBe(400);
    expect(await ask("GET", "/t/fine/x")).toBe(404);
    expect(await series("http_requests_total")).toEqual({ "GET unmatched 400": 1, "GET unmatched 404": 1 });
  });

  test("methods beyond the usual are one", async () => {
    const { ask, series } = await watched((app) => app.all("/any", ok));
    for (const method of ["GET", "PUT", "PROPFIND", "MKCOL", "PURGE", "HEAD"]) await ask(method, "/any");
    expect(await series("http_requests_total")).toEqual({ "GET /any 200": 1, "PUT /any 200": 1, "other /any 200": 3, "HEAD /any 200": 1 });
  });

  test("requests in progress are told, and one that its client gave up is aborted", async () => {
    const arrived = Promise.withResolvers<void>();
    const { url, series } = await watched((app) => app.get("/slow", () => arrived.resolve()));
    const given = httpRequest(`${url}/slow`);
    given.on("error", () => {});
    given.end();
    await arrived.promise;
    expect(await series("http_requests_in_progress")).toEqual({ GET: 1 });
    given.destroy();
    await expect.poll(() => series("http_requests_in_progress")).toEqual({ GET: 0 });
    expect(await series("http_requests_total")).toEqual({ "GET /slow aborted": 1 });
  });

  test("the MFA routes are known by where they are mounted", async () => {
    const register = new client.Registry();
    const host = await startHost({ before: httpMetrics(client, { register }) });
    await host.call("GET", "/auth/mfa/status");
    await expect.poll(() => register.metrics()).toContain('http_requests_total{method="GET",route="/auth/mfa/*",status="401"} 1');
  });

  test("two apps of a process share a registry, and other metrics of these names are not mixed up with", async () => {
    const register = new client.Registry();
    httpMetrics(client, { register });
    expect(() => httpMetrics(client, { register })).not.toThrow();
    const taken = new client.Registry();
    new client.Counter({ name: "http_requests_total", help: "Another.", labelNames: ["path"], registers: [taken] });
    expect(() => httpMetrics(client, { register: taken })).toThrow(ConfigError);
  });

  test("buckets are the host's to choose", async () => {
    const register = new client.Registry();
    const host = await startHost({ before: httpMetrics(client, { register, buckets: [0.1, 1] }) });
    await host.call("POST", "/plain");
    await expect.poll(() => register.metrics()).toContain('le="+Inf",method="POST",route="/plain",status="401"} 1');
    expect((await register.metrics()).match(/_bucket\{/g)).toHaveLength(3);
  });

  test("an adapter that passes paths for patterns runs out of labels, not the registry out of memory", async () => {
    const register = new client.Registry();
    const begin = createHttpMetrics(client, { register });
    for (let n = 0; n < 3000; n += 1) begin("GET")(`/path/${n}`, 200);
    const { values } = (await register.getSingleMetric("http_requests_total")?.get()) ?? { values: [] };
    expect(values).toHaveLength(1001);
    expect(values.find(({ labels }) => labels.route === "other")?.value).toBe(2000);
  });

  test.each([undefined, {}, { Counter: 1 }])("what is not prom-client stops the start: %j", (wrong) => {
    expect(() => httpMetrics(wrong as unknown as PromClient)).toThrow(ConfigError);
  });

  test("a misspelt option stops the start", () => {
    expect(() => httpMetrics(client, { registry: new client.Registry() } as never)).toThrow(ConfigError);
  });
});
