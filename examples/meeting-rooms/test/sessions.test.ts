import { afterAll, beforeAll, expect, test } from "vitest";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { readEvents } from "./support/stream.ts";
import { endAll, type Started } from "./support/system.ts";

let system: Started;
let admin: string;

beforeAll(async () => {
  system = await startOnServer();
  admin = await tokenOf(system.users, "admin", DEMO_PASSWORD);
});
afterAll(endAll);

const PASSWORD = "a long enough one";

/** A new user with so many sessions, each begun with the password alone: their tokens. */
async function newUser(username: string, sessions: number): Promise<string[]> {
  const json = { name: "A Person", username, email: `${username}@example.com`, password: PASSWORD };
  expect((await call("POST", `${system.users}/auth/register`, { json })).status).toBe(201);
  return await Promise.all(Array.from({ length: sessions }, () => tokenOf(system.users, username, PASSWORD)));
}

/** What each service but analytics, which is for administrators, says of a token. */
async function statuses(token: string | undefined): Promise<number[]> {
  const urls = [`${system.users}/users/me`, `${system.rooms}/rooms`, `${system.bookings}/bookings`, `${system.reviews}/reviews`];
  return await Promise.all(urls.map(async (url) => (await call("GET", url, { token })).status));
}

const GOOD = [200, 200, 200, 200];
const DEAD = [401, 401, 401, 401];

test("signing out kills the token at every service, and no other of that user", async () => {
  const [one, other] = await newUser("leaving", 2);
  expect(await statuses(one)).toEqual(GOOD);
  expect((await call("POST", `${system.users}/auth/logout`, { token: one })).status).toBe(204);
  expect(await statuses(one)).toEqual(DEAD);
  expect(await statuses(other)).toEqual(GOOD);
  expectProblem(await call("POST", `${system.users}/auth/logout`, { token: one }), 401, "unauthenticated");
});

test("who is switched off and on again signs in anew: no token of before comes back to life", async () => {
  const [token] = await newUser("returning", 1);
  for (const is_active of [false, true]) {
    expect((await call("PATCH", `${system.users}/users/returning`, { token: admin, json: { is_active } })).status).toBe(200);
    expect(await statuses(token)).toEqual(DEAD);
  }
  expect(await statuses(await tokenOf(system.users, "returning", PASSWORD))).toEqual(GOOD);
});

test("A30 who enrols ends the sessions that the password alone began elsewhere, and no session that a code was given for", async () => {
  const [own, elsewhere] = await newUser("enrolling", 2);
  const { recoveryCodes, grant } = await enrol(system.users, own ?? "");
  expect(await statuses(elsewhere)).toEqual(DEAD);
  expect(await statuses(own)).toEqual(GOOD);

  const json = { username: "enrolling", password: PASSWORD, mfa_code: recoveryCodes[0] };
  const signedIn = (await call("POST", `${system.users}/auth/login-mfa`, { json })).body.access_token;
  const setup = await call("POST", `${system.users}/auth/mfa/setup`, { token: own, json: {}, headers: { "MFA-Grant": grant } });
  expect(setup.status).toBe(200);
  expect(await statuses(signedIn)).toEqual(GOOD);
  expect(await statuses(own)).toEqual(GOOD);
});

test("the live updates of who is deleted, or switched off, end before anything more is told", async () => {
  for (const [username, end] of [
    ["deleted", () => call("DELETE", `${system.users}/users/deleted`, { token: admin })],
    ["suspended", () => call("PATCH", `${system.users}/users/suspended`, { token: admin, json: { is_active: false } })],
  ] as const) {
    const [token = ""] = await newUser(username, 1);
    const reader = await readEvents(system.bookings, token);
    await reader.next(({ type }) => type === "resync");
    expect((await end()).status).toBeLessThan(300);
    await call("POST", `${system.rooms}/rooms`, { token: admin, json: { name: `After ${username}`, capacity: 1, location: "Here" } });
    // No event, but the end.
    await expect(reader.next(() => true)).rejects.toThrow("The stream ended.");
  }
});
