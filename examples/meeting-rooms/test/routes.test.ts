import { createMfa, keyring } from "@nightlatch/core";
import { routes as mfaRoutes } from "@nightlatch/core/http";
import { sealer } from "@nightlatch/core/secrets";
import { postgresStore } from "@nightlatch/core/stores/postgres";
import { newDatabase } from "@nightlatch/internal-services";
import type { Express } from "express";
import { createLocalJWKSet } from "jose";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { bookingsService } from "../src/bookings/service.ts";
import { migrate } from "../src/database/migrate.ts";
import { connectToServer } from "../src/database/server.ts";
import { createLog } from "../src/log.ts";
import { loadSigningKey } from "../src/tokens/signing-key.ts";
import { usersService } from "../src/users/service.ts";
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
  "users GET /.well-known/jwks.json": "open",
  "users POST /auth/register": "credential",
  "users POST /auth/login": "credential",
  "users POST /auth/login-mfa": "credential",
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
  "users DELETE /users/:username": "admin + step-up",
  "bookings GET /health": "open",
  "bookings POST /bookings": "user",
  "bookings GET /bookings": "user",
  "bookings GET /bookings/:id": "user",
  "bookings DELETE /bookings/:id": "user + step-up",
} as const;

/** Where a sign-in's challenge may stand instead of a token; what it can't do there, the express package's tests show. */
const TAKES_CHALLENGE = /auth\/mfa\/(setup|enable|challenge|verify)$/;

type RouteName = keyof typeof CLASSES;
const NAMES = Object.keys(CLASSES) as RouteName[];

/** What Express runs beside its routes, by name: none of it is a way in, but the mounted MFA routes, listed above. */
const MIDDLEWARE = {
  users: ["requestLog", "standardHeaders", "router", "notFound", "problems"],
  bookings: ["requestLog", "standardHeaders", "notFound", "problems"],
};

interface Layer {
  name: string;
  route?: { path: string; stack: { method: string }[] };
}

function waysInto(service: keyof typeof MIDDLEWARE, app: Express): { routes: string[]; middleware: string[] } {
  const stack = (app.router as unknown as { stack: Layer[] }).stack;
  const routes = stack.flatMap(({ route }) =>
    route ? [...new Set(route.stack.map(({ method }) => `${service} ${method.toUpperCase()} ${route.path}`))] : [],
  );
  const middleware = stack.filter(({ route }) => !route).map(({ name }) => name);
  const mounted = middleware.includes("router") ? mfaRoutes.map(({ method, path }) => `${service} ${method} /auth/mfa${path}`) : [];
  return { routes: [...routes, ...mounted], middleware };
}

afterAll(endAll);

test("A50 every route of the app is classified", async () => {
  const log = createLog("silent");
  const database = await connectToServer(await newDatabase(inject("postgresUrl")), log);
  await migrate(database);
  const keys = keyring(newKeys());
  const store = postgresStore(database.mfaClient);
  const mfa = createMfa({ issuer: "Test", keys, store });
  await mfa.ready({ migrate: true });
  const signingKey = await loadSigningKey(database, sealer(keys, store));
  const published = createLocalJWKSet({ keys: [signingKey.publicJwk] });
  const users = waysInto("users", usersService({ database, mfa, log, signingKey, keys: published }));
  const bookings = waysInto("bookings", bookingsService({ database, mfa, log, keys: published }));
  await database.close();
  expect([...users.routes, ...bookings.routes].sort()).toEqual([...NAMES].sort());
  expect({ users: users.middleware, bookings: bookings.middleware }).toEqual(MIDDLEWARE);
});

describe("each route is as it is classified", () => {
  let system: Started;
  let member: string;
  let challenge: string;
  let bookingId: number;

  beforeAll(async () => {
    system = await startOnServer();
    member = await tokenOf(system.users, "member", DEMO_PASSWORD);
    const json = { room_id: 1, title: "A talk", starts_at: hoursAhead(900), ends_at: hoursAhead(901) };
    bookingId = (await call("POST", `${system.bookings}/bookings`, { token: member, json })).body.id;
    await enrol(system.users, member);
    challenge = (await call("POST", `${system.users}/auth/login`, { form: { username: "member", password: DEMO_PASSWORD } })).body
      .challenge;
  });

  const send = (name: RouteName, options: Parameters<typeof call>[2] = {}) => {
    const [service, method = "", path = ""] = name.split(" ");
    const at = path.replace(":id", String(bookingId)).replace(":username", "guest");
    return call(method, `${service === "users" ? system.users : system.bookings}${at}`, options);
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
    let token = member;
    if (CLASSES[name].startsWith("admin")) {
      token = await tokenOf(system.users, "admin", DEMO_PASSWORD);
      await enrol(system.users, token);
    }
    expectProblem(await send(name, { token }), 401, "step_up_required");
    expectProblem(await send(name, { token, headers: { "MFA-Grant": challenge } }), 401, "step_up_required");
    expectProblem(await send(name, { token, headers: { "MFA-Grant": token } }), 401, "step_up_required");
    expectProblem(await send(name, { token, headers: { "X-MFA-Code": challenge } }), 401, "code_invalid");
  });

  test("an address that there is not, and a method that it does not take", async () => {
    for (const url of [`${system.users}/nothing`, `${system.bookings}/auth/mfa/status`, `${system.users}/auth/mfa/nothing`]) {
      expectProblem(await call("GET", url, { token: member }), 404, "not_found");
    }
    expectProblem(await call("PUT", `${system.bookings}/bookings`, { token: member }), 404, "not_found");
    expectProblem(await call("GET", `${system.users}/auth/mfa/setup`, { token: member }), 405, "method_not_allowed");
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
