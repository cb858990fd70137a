import { freePort } from "@nightlatch/internal-services";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { loadConfig } from "../src/config.ts";
import { createLog } from "../src/log.ts";
import { services } from "../src/services.ts";
import { type Running, start } from "../src/start.ts";
import { type Authenticator, enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";

const MINUTE = 60_000;

let running: Running;
let users: string;
let bookings: string;
let rooms: string;

/** The services run in this process, so that its calendar is theirs: it stands still but for what is moved here. */
const pass = (milliseconds: number): unknown => vi.setSystemTime(Date.now() + milliseconds);

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const ports: Record<string, string> = {};
  for (const { name } of services) ports[`${name.toUpperCase()}_PORT`] = String(await freePort());
  const config = loadConfig([], { ...(await freshServer()), ...ports, WEB_CONSOLE: "off" });
  ({ users, bookings, rooms } = config.urls);
  running = await start(config, createLog("silent"));
});
afterAll(async () => {
  await running?.close();
  vi.useRealTimers();
});

/** A code that nobody has seen: of a step of its own. */
async function codeOf(authenticator: Authenticator): Promise<string> {
  pass(MINUTE / 2);
  return await authenticator.next();
}

async function bookingOf(token: string, hour: number): Promise<string> {
  const json = { room_id: 1, title: "A talk", starts_at: hoursAhead(hour), ends_at: hoursAhead(hour + 1) };
  const { status, body } = await call("POST", `${bookings}/bookings`, { token, json });
  expect(status).toBe(201);
  return `${bookings}/bookings/${body.id}`;
}

test("a verification is fresh for five minutes, wherever it came from, and no longer", async () => {
  const { authenticator } = await enrol(users, await tokenOf(users, "member", DEMO_PASSWORD));
  const json = { username: "member", password: DEMO_PASSWORD, mfa_code: await codeOf(authenticator) };
  const signedIn = await call("POST", `${users}/auth/login-mfa`, { json });
  const token = signedIn.body.access_token;
  const grant = signedIn.headers.get("MFA-Grant") ?? "";
  const cancel = async (hour: number, headers: Record<string, string>) =>
    await call("DELETE", await bookingOf(token, hour), { token, headers });

  pass(5 * MINUTE - 2_000);
  expect((await cancel(10, { "MFA-Grant": grant })).status).toBe(200);
  pass(4_000);
  const refused = await cancel(12, { "MFA-Grant": grant });
  expectProblem(refused, 401, "step_up_required");
  // RFC 9470 §3.
  expect(refused.headers.get("WWW-Authenticate")).toMatch(/error="insufficient_user_authentication".*max_age="?300/s);

  const inline = await cancel(14, { "X-MFA-Code": await codeOf(authenticator) });
  expect(inline.status).toBe(200);
  const earned = { "MFA-Grant": inline.headers.get("MFA-Grant") ?? "" };
  pass(5 * MINUTE - 2_000);
  expect((await cancel(16, earned)).status).toBe(200);
  pass(4_000);
  expectProblem(await cancel(18, earned), 401, "step_up_required");
});

test("an administrator who is enrolled deletes users and rooms with a fresh grant or a code, and with nothing less", async () => {
  const admin = await tokenOf(users, "admin", DEMO_PASSWORD);
  const { authenticator, grant } = await enrol(users, admin);
  const make = async (name: string): Promise<string[]> => {
    const json = { name, username: name, email: `${name}@example.com`, password: "a long enough one" };
    expect((await call("POST", `${users}/auth/register`, { json })).status).toBe(201);
    const room = await call("POST", `${rooms}/rooms`, { token: admin, json: { name, capacity: 2, location: "Below" } });
    expect(room.status).toBe(201);
    return [`${users}/users/${name}`, `${rooms}/rooms/${room.body.id}`];
  };
  for (const url of await make("first")) {
    expectProblem(await call("DELETE", url, { token: admin }), 401, "step_up_required");
    expectProblem(await call("DELETE", url, { token: admin, headers: { "X-MFA-Code": await authenticator.wrong() } }), 401, "code_invalid");
    expect((await call("DELETE", url, { token: admin, headers: { "MFA-Grant": grant } })).status).toBe(204);
    expectProblem(
      await call("DELETE", url, { token: admin, headers: { "MFA-Grant": grant } }),
      404,
      /users/.test(url) ? "user_not_found" : "room_not_found",
    );
  }
  pass(5 * MINUTE + 2_000);
  for (const url of await make("second")) {
    expectProblem(await call("DELETE", url, { token: admin, headers: { "MFA-Grant": grant } }), 401, "step_up_required");
    expect((await call("DELETE", url, { token: admin, headers: { "X-MFA-Code": await codeOf(authenticator) } })).status).toBe(204);
  }
});

test("an access token is good for half an hour, at every service", async () => {
  const token = await tokenOf(users, "guest", DEMO_PASSWORD);
  const addresses = [`${users}/users/me`, `${rooms}/rooms`, `${bookings}/bookings`];
  pass(30 * MINUTE - 2_000);
  for (const url of addresses) expect((await call("GET", url, { token })).status).toBe(200);
  pass(4_000);
  for (const url of addresses) expectProblem(await call("GET", url, { token }), 401, "unauthenticated");
});
