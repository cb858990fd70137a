import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authenticatorOf, enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, type Started } from "./support/system.ts";

let system: Started;
let admin: string;

const users = (path: string) => `${system.users}${path}`;
const bookings = (path: string) => `${system.bookings}${path}`;
const PASSWORD = "a long enough one";

async function newUser(username: string, role = "user"): Promise<string> {
  const json = { name: "A Person", username, email: `${username}@example.com`, password: PASSWORD, role };
  expect((await call("POST", users("/auth/register"), { json, token: admin })).status).toBe(201);
  return await tokenOf(system.users, username, PASSWORD);
}

beforeAll(async () => {
  system = await startOnServer();
  admin = await tokenOf(system.users, "admin", DEMO_PASSWORD);
});
afterAll(endAll);

test("GET /users is for admins, in pages, and shows no hash", async () => {
  const member = await tokenOf(system.users, "member", DEMO_PASSWORD);
  expectProblem(await call("GET", users("/users"), { token: member }), 403, "admins_only");
  expectProblem(await call("GET", users("/users")), 401, "unauthenticated");
  await newUser("aaa-first");
  await newUser("ZZZ-last");
  const names: string[] = [];
  for (let cursor = ""; ; ) {
    const { text, body } = await call("GET", users(`/users?limit=60${cursor && `&cursor=${cursor}`}`), { token: admin });
    expect(text).not.toMatch(/argon2|password/);
    names.push(...body.items.map(({ username }: { username: string }) => username));
    if (body.next_cursor === null) break;
    cursor = body.next_cursor;
  }
  expect(names).toHaveLength(152);
  expect([names.at(0), names.at(-1)]).toEqual(["aaa-first", "ZZZ-last"]);
  expect(new Set(names).size).toBe(152);
  for (const cursor of ["x", Buffer.from('"\\u0000"').toString("base64url"), Buffer.from("7").toString("base64url")]) {
    expectProblem(await call("GET", users(`/users?cursor=${cursor}`), { token: admin }), 422, "input_invalid");
  }
});

test("GET /users/me is whoever asks", async () => {
  const { body } = await call("GET", users("/users/me"), { token: admin });
  expect(body).toEqual({
    id: expect.any(String),
    username: "admin",
    name: "Demo Administrator",
    email: "admin@example.com",
    role: "admin",
    is_active: true,
    created_at: expect.any(String),
  });
});

test("GET /users shows how each one's second factor stands: enabled, how many, and until when it is locked", async () => {
  const find = async (username: string) => (await call("GET", users(`/users?search=${username}`), { token: admin })).body.items[0];
  const token = await newUser("enrolling");
  expect(await find("enrolling")).toMatchObject({ mfa_enabled: false, authenticators: 0, locked_until: null, is_active: true });
  const { grant, authenticator } = await enrol(system.users, token);
  expect(await find("enrolling")).toMatchObject({ mfa_enabled: true, authenticators: 1, locked_until: null });
  const setup = await call("POST", users("/auth/mfa/setup"), { token, json: {}, headers: { "MFA-Grant": grant } });
  const second = authenticatorOf(setup.body.secret);
  expect((await call("POST", users("/auth/mfa/enable"), { token, json: { code: await second.next() } })).status).toBe(200);
  expect(await find("ENROLLING")).toMatchObject({ mfa_enabled: true, authenticators: 2 });
  for (let n = 0; n < 5; n += 1) {
    await call("POST", users("/auth/mfa/verify"), { token, json: { code: await authenticator.wrong() } });
  }
  expect(Date.parse((await find("enrolling")).locked_until)).toBeGreaterThan(Date.now() + 800_000);
  expect((await call("GET", users("/users?search=no%20such%20user"), { token: admin })).body).toEqual({ items: [], next_cursor: null });
});

describe("PATCH /users/:username", () => {
  const patch = (username: string, json: unknown, token = admin) => call("PATCH", users(`/users/${username}`), { token, json });

  test("switches an account off and on: no sign-in, no token, and neither is told without the password", async () => {
    const token = await newUser("suspended");
    const { status, body } = await patch("Suspended", { is_active: false });
    expect(status).toBe(200);
    expect(body).toMatchObject({ username: "suspended", is_active: false, mfa_enabled: false });
    for (const url of [users("/users/me"), bookings("/bookings"), `${system.rooms}/rooms`, `${system.reviews}/reviews`]) {
      expectProblem(await call("GET", url, { token }), 401, "unauthenticated");
    }
    const login = (password: string) => call("POST", users("/auth/login"), { form: { username: "suspended", password } });
    expectProblem(await login(PASSWORD), 403, "account_inactive");
    expectProblem(await login("not the password"), 401, "credentials_invalid");
    expect((await patch("suspended", { is_active: true })).body.is_active).toBe(true);
    expect((await login(PASSWORD)).status).toBe(200);
    // What was signed in before stays signed out.
    expectProblem(await call("GET", users("/users/me"), { token }), 401, "unauthenticated");
  });

  test("is for admins, of users who are there, but for the last admin, and takes nothing else", async () => {
    const token = await newUser("onlooker");
    expectProblem(await patch("onlooker", { is_active: false }, token), 403, "admins_only");
    expectProblem(await patch("nobody", { is_active: false }), 404, "user_not_found");
    expectProblem(await patch("admin", { is_active: false }), 409, "last_admin");
    for (const json of [{}, { is_active: "no" }, { role: "admin" }]) {
      expectProblem(await patch("onlooker", json), 422, "input_invalid");
    }
  });
});

describe("DELETE /users/:username", () => {
  test("is for admins, and of users who are there", async () => {
    const token = await newUser("bystander");
    expectProblem(await call("DELETE", users("/users/bystander"), { token }), 403, "admins_only");
    expectProblem(await call("DELETE", users("/users/bystander")), 401, "unauthenticated");
    for (const nobody of ["nobody", "no%00body", "%27%20OR%201=1", "me"]) {
      expectProblem(await call("DELETE", users(`/users/${nobody}`), { token: admin }), 404, "user_not_found");
    }
  });

  test("ends tokens, sign-ins half done, and factors; frees the rooms; keeps what has been", async () => {
    const token = await newUser("leaver");
    const { recoveryCodes } = await enrol(system.users, token);
    const form = { username: "leaver", password: PASSWORD };
    const { challenge } = (await call("POST", users("/auth/login"), { form })).body;
    const json = { room_id: 1, title: "Never held", starts_at: hoursAhead(800), ends_at: hoursAhead(801) };
    const { id } = (await call("POST", bookings("/bookings"), { token, json })).body;

    expect((await call("DELETE", users("/users/LEAVER"), { token: admin })).status).toBe(204);

    for (const url of [users("/users/me"), users("/auth/mfa/status"), bookings("/bookings"), bookings(`/bookings/${id}`)]) {
      expectProblem(await call("GET", url, { token }), 401, "unauthenticated");
    }
    expectProblem(await call("POST", bookings("/bookings"), { token, json }), 401, "unauthenticated");
    const late = await call("POST", users("/auth/login-mfa"), { json: { challenge, mfa_code: recoveryCodes[0] } });
    expectProblem(late, 401, "challenge_expired");
    expectProblem(await call("POST", users("/auth/login"), { form }), 401, "credentials_invalid");
    const { body } = await call("GET", bookings(`/bookings/${id}`), { token: admin });
    expect(body).toMatchObject({ status: "cancelled", user_id: null, username: null, title: "Never held" });
    expect((await call("POST", bookings("/bookings"), { token: admin, json })).status).toBe(201);
  });

  test("a new user of the same name inherits nothing", async () => {
    const first = await newUser("phoenix");
    await enrol(system.users, first);
    await call("DELETE", users("/users/phoenix"), { token: admin });
    const second = await newUser("phoenix");
    expect((await call("GET", users("/auth/mfa/status"), { token: second })).body).toMatchObject({ mfa_enabled: false, factors: [] });
    expectProblem(await call("GET", users("/users/me"), { token: first }), 401, "unauthenticated");
  });

  test("the last admin stays, whoever else goes at the same moment", async () => {
    expectProblem(await call("DELETE", users("/users/admin"), { token: admin }), 409, "last_admin");
    const second = await newUser("second-admin", "admin");
    const answers = await Promise.all([
      call("DELETE", users("/users/second-admin"), { token: admin }),
      call("DELETE", users("/users/admin"), { token: second }),
    ]);
    // One goes. The other request came too late: its sender is gone, or its target is the last one.
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => [401, 409].includes(status))).toHaveLength(1);
  });
});
