import { routes as mfaRoutes } from "@nightlatch/core/http";
import { newDatabase } from "@nightlatch/internal-services";
import type { Express } from "express";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { loadConfig } from "../src/config.ts";
import { openContext } from "../src/context.ts";
import { createLog } from "../src/log.ts";
import { type ServiceName, services } from "../src/services.ts";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, newKeys, type Started } from "./support/system.ts";

/**
 * Every way into the system. `open`: says nothing about anybody. `credential`: takes a password or code and
 * gives nothing without. `user`: takes a token. `admin`: an admin's. `+ step-up`: and a fresh code.
 */
const CLASSES = {
  "users GET /health": "open",
  "users GET /metrics": "open",
  "users GET /openapi.json": "open",
  // Outside of production alone, and only where mail goes nowhere else.
  "users GET /inbox": "open",
  "users GET /.well-known/jwks.json": "open",
  "users POST /auth/register": "credential",
  "users POST /auth/login": "credential",
  "users POST /auth/login-mfa": "credential",
  "users POST /auth/logout": "user",
  "users GET /auth/mfa/status": "user",
  "users POST /auth/mfa/setup": "user",
  "users POST /auth/mfa/enable": "user",
  "users POST /auth/mfa/disable": "user",
  "users POST /auth/mfa/challenge": "user",
  "users POST /auth/mfa/verify": "user",
  "users POST /auth/mfa/recovery-codes": "user",
  "users GET /auth/mfa/factors": "user",
  "users PATCH /auth/mfa/factors/:id": "user",
  "users DELETE /auth/mfa/factors/:id": "user",
  "users POST /auth/mfa/factors/:id/resync": "user",
  "users GET /auth/mfa/devices": "user",
  "users DELETE /auth/mfa/devices/:id": "user",
  "users GET /auth/mfa/openapi.json": "open",
  "users GET /auth/mfa/jwks.json": "open",
  "users GET /users": "admin",
  "users GET /users/me": "user",
  "users PATCH /users/:username": "admin + step-up",
  "users DELETE /users/:username": "admin + step-up",
  "rooms GET /health": "open",
  "rooms GET /metrics": "open",
  "rooms GET /openapi.json": "open",
  "rooms GET /rooms": "user",
  "rooms GET /rooms/day": "user",
  "rooms GET /rooms/:id": "user",
  "rooms POST /rooms": "admin",
  "rooms PATCH /rooms/:id": "admin",
  "rooms DELETE /rooms/:id": "admin + step-up",
  "bookings GET /health": "open",
  "bookings GET /metrics": "open",
  "bookings GET /openapi.json": "open",
  "bookings POST /bookings": "user",
  "bookings GET /bookings": "user",
  "bookings GET /bookings/:id": "user",
  "bookings DELETE /bookings/:id": "user + step-up",
  "bookings GET /events": "user",
  "reviews GET /health": "open",
  "reviews GET /metrics": "open",
  "reviews GET /openapi.json": "open",
  "reviews POST /reviews": "user",
  "reviews GET /reviews": "user",
  "reviews PATCH /reviews/:id": "user",
  "reviews DELETE /reviews/:id": "user",
  "analytics GET /health": "open",
  "analytics GET /metrics": "open",
  "analytics GET /openapi.json": "open",
  "analytics GET /analytics/dashboard/overview": "admin",
  "analytics GET /analytics/reports/overview.csv": "admin",
  "analytics GET /analytics/bookings/frequency": "admin",
  "analytics GET /analytics/reports/frequency.csv": "admin",
  "analytics GET /analytics/bookings/today": "admin",
  "analytics GET /analytics/reports/today.csv": "admin",
  "analytics GET /analytics/bookings/by-room": "admin",
  "analytics GET /analytics/reports/by-room.csv": "admin",
  "analytics GET /analytics/bookings/by-user": "admin",
  "analytics GET /analytics/reports/by-user.csv": "admin",
  "analytics GET /analytics/rooms/ratings": "admin",
  "analytics GET /analytics/reports/ratings.csv": "admin",
  "analytics GET /analytics/rooms/utilization": "admin",
  "analytics GET /analytics/reports/utilization.csv": "admin",
  "analytics GET /analytics/users/activity": "admin",
  "analytics GET /analytics/reports/activity.csv": "admin",
  "analytics GET /analytics/trends/monthly": "admin",
  "analytics GET /analytics/reports/trends.csv": "admin",
  "analytics GET /analytics/peak-hours": "admin",
  "analytics GET /analytics/reports/peak-hours.csv": "admin",
  "analytics GET /analytics/reports/bookings.csv": "admin",
  "analytics GET /analytics/system": "admin",
  "analytics GET /analytics/live": "admin",
} as const;

/** Where a sign-in's challenge may stand instead of a token; what it can't do there, the express package's tests show. */
const TAKES_CHALLENGE = /auth\/mfa\/(setup|enable|challenge|verify)$/;

type RouteName = keyof typeof CLASSES;
const NAMES = Object.keys(CLASSES) as RouteName[];

/** What Express runs beside its routes: none of it is a way in, but the mounted MFA routes, listed above, behind their limit. */
const FRAME = ["requestLog", "", "standardHeaders", "notFound", "problems"];
const MIDDLEWARE: Readonly<Record<string, readonly string[]>> = {
  users: ["requestLog", "", "standardHeaders", "", "router", "notFound", "problems"],
};

interface Layer {
  name: string;
  handle: { name: string };
  route?: { path: string; stack: { method: string }[] };
}

function waysInto(service: string, app: Express): { routes: string[]; middleware: string[] } {
  const stack = (app.router as unknown as { stack: Layer[] }).stack;
  const routes = stack.flatMap(({ route }) =>
    route ? [...new Set(route.stack.map(({ method }) => `${service} ${method.toUpperCase()} ${route.path}`))] : [],
  );
  const middleware = stack.filter(({ route }) => !route).map(({ handle }) => handle.name);
  const mounted = middleware.includes("router") ? mfaRoutes.map(({ method, path }) => `${service} ${method} /auth/mfa${path}`) : [];
  return { routes: [...routes, ...mounted], middleware };
}

afterAll(endAll);

test("A50 every route of every service is classified", async () => {
  const env = { DATABASE_URL: await newDatabase(inject("postgresUrl")), NIGHTLATCH_KEYS: newKeys() };
  const opened: (() => void | Promise<void>)[] = [];
  const context = await openContext(loadConfig([], env), createLog("silent"), (close) => void opened.push(close));
  const found: string[] = [];
  for (const { name, create } of services) {
    const { app } = await create(context);
    const { routes, middleware } = waysInto(name, app as Express);
    found.push(...routes);
    expect({ name, middleware }).toEqual({ name, middleware: MIDDLEWARE[name] ?? FRAME });
  }
  for (const close of opened.reverse()) await close();
  expect(found.sort()).toEqual([...NAMES].sort());
});

describe("each route is as it is classified", () => {
  let system: Started;
  let member: string;
  let challenge: string;
  let admin: string;
  let ids: Record<string, number>;

  beforeAll(async () => {
    system = await startOnServer();
    member = await tokenOf(system.users, "member", DEMO_PASSWORD);
    const json = { room_id: 1, title: "A talk", starts_at: hoursAhead(900), ends_at: hoursAhead(901) };
    const booking = await call("POST", `${system.bookings}/bookings`, { token: member, json });
    ids = { bookings: booking.body.id, rooms: 1, reviews: 1, users: 1 };
    admin = await tokenOf(system.users, "admin", DEMO_PASSWORD);
    await enrol(system.users, admin);
    await enrol(system.users, member);
    challenge = (await call("POST", `${system.users}/auth/login`, { form: { username: "member", password: DEMO_PASSWORD } })).body
      .challenge;
  });

  const send = (name: RouteName, options: Parameters<typeof call>[2] = {}) => {
    const [service, method = "", path = ""] = name.split(" ");
    const at = path.replace(":id", String(ids[service ?? ""])).replace(":username", "guest");
    const body = name === "users PATCH /users/:username" ? { json: { is_active: false } } : {};
    return call(method, `${system[service as ServiceName]}${at}`, { ...body, ...options });
  };
  const named = (wanted: RegExp) => NAMES.filter((name) => wanted.test(CLASSES[name])).map((name) => [name] as const);

  test.each(named(/open/))("%s is open", async (name) => {
    expect((await send(name)).status).toBe(200);
  });

  test.each(named(/credential/))("%s gives nothing without a credential", async (name) => {
    expectProblem(await send(name, { json: {} }), 422, "input_invalid");
    expectProblem(await send(name, { json: {}, token: member }), 422, "input_invalid");
  });

  test.each(named(/user|admin/))("%s asks for a token", async (name) => {
    expectProblem(await send(name), 401, "unauthenticated");
    expect((await send(name)).headers.get("WWW-Authenticate")).toMatch(/^Bearer/);
  });

  test.each(named(/user|admin/))("A22 A23 a sign-in challenge opens no route of the app: %s", async (name) => {
    for (const options of [
      { token: challenge },
      { headers: { "MFA-Grant": challenge } },
      ...(TAKES_CHALLENGE.test(name) ? [] : [{ headers: { "MFA-Challenge": challenge } }]),
      { headers: { "X-MFA-Code": challenge } },
      { headers: { Cookie: `token=${challenge}; mfa_grant=${challenge}` } },
      { headers: { Authorization: challenge } },
    ]) {
      expectProblem(await send(name, options), 401, "unauthenticated");
    }
  });

  test.each(named(/admin/))("%s is for admins", async (name) => {
    expectProblem(await send(name, { token: member }), 403, "admins_only");
  });

  test.each(named(/step-up/))("%s wants a fresh code of whoever is enrolled", async (name) => {
    const token = CLASSES[name].startsWith("admin") ? admin : member;
    expectProblem(await send(name, { token }), 401, "step_up_required");
    expectProblem(await send(name, { token, headers: { "MFA-Grant": challenge } }), 401, "step_up_required");
    expectProblem(await send(name, { token, headers: { "MFA-Grant": token } }), 401, "step_up_required");
    expectProblem(await send(name, { token, headers: { "X-MFA-Code": challenge } }), 401, "code_invalid");
  });

  const plain = NAMES.filter((name) => /^(user|admin)$/.test(CLASSES[name]) && !/auth.mfa|logout|events|live/.test(name)).map(
    (name) => [name] as const,
  );
  test.each(plain)("%s wants no more than the token", async (name) => {
    expect([200, 204, 403, 404, 415, 422]).toContain((await send(name, { token: admin })).status);
  });

  test.each(services.map(({ name }) => [name]))("the OpenAPI document of %s has its routes, each and no other", async (service) => {
    const { body } = await send(`${service} GET /openapi.json` as RouteName);
    expect(body.openapi).toBe("3.1.0");
    const described = Object.entries(body.paths as Record<string, object>).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${service} ${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
    );
    expect(described.sort()).toEqual(NAMES.filter((name) => name.startsWith(`${service} `)).sort());
  });

  test("an address that there is not, and a method that it does not take", async () => {
    for (const url of [`${system.users}/nothing`, `${system.bookings}/auth/mfa/status`, `${system.users}/auth/mfa/nothing`]) {
      expectProblem(await call("GET", url, { token: member }), 404, "not_found");
    }
    expectProblem(await call("PUT", `${system.bookings}/bookings`, { token: member }), 404, "not_found");
    expectProblem(await call("GET", `${system.users}/auth/mfa/setup`, { token: member }), 405, "method_not_allowed");
  });

  test("an address has one spelling: what stands in front limits by addresses, and is not got around by another one", async () => {
    const json = { username: "member", password: "not the password", code: "123456" };
    for (const path of [
      "/auth/login/",
      "/auth/LOGIN",
      "/AUTH/login",
      "/auth/login-mfa/",
      "/auth/mfa/verify/",
      "/auth/mfa/VERIFY",
      "/Auth/mfa/verify",
    ]) {
      const answer = await call("POST", system.users + path, { json });
      expect({ path, status: answer.status }).toEqual({ path, status: 404 });
    }
    for (const path of ["/rooms/", "/Rooms", "/ROOMS/1", "/rooms/1/"]) {
      expectProblem(await call("GET", system.rooms + path, { token: member }), 404, "not_found");
    }
  });

  test("A51 a page of another site gets no further than its origin", async () => {
    const headers = { Origin: "https://elsewhere.example", "X-MFA-Code": "000000" };
    for (let n = 0; n < 6; n += 1) {
      expectProblem(await send("bookings DELETE /bookings/:id", { token: member, headers }), 403, "origin_refused");
    }
    const { body } = await send("users GET /auth/mfa/status", { token: member });
    expect(body.locked_until).toBeUndefined();
  });

  test("every answer bears a request id, the client's own where it is one, and is kept by no cache", async () => {
    const own = await send("users GET /users/me", { token: member, headers: { "X-Request-Id": "from-the-proxy_1.2" } });
    expect(own.headers.get("X-Request-Id")).toBe("from-the-proxy_1.2");
    const forged = await send("users GET /users/me", { headers: { "X-Request-Id": "a b" } });
    expect(forged.headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
    for (const { headers } of [own, forged]) {
      expect(headers.get("Cache-Control")).toBe("no-store");
      expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(headers.get("X-Powered-By")).toBeNull();
    }
  });
});
