import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, type Started } from "./support/system.ts";

let system: Started;

const person = (username: string, more: object = {}) => ({
  name: "A Person",
  username,
  email: `${username}@example.com`,
  password: "a long enough one",
  ...more,
});

const register = (json: unknown, token?: string) => call("POST", `${system.users}/auth/register`, { json, token });

const admin = () => tokenOf(system.users, "admin", DEMO_PASSWORD);

beforeAll(async () => {
  system = await startOnServer();
});
afterAll(endAll);

describe("malformed input is refused, with each field's fault", () => {
  const faults = async (json: unknown): Promise<string[]> => {
    const answer = await register(json);
    expectProblem(answer, 422, "input_invalid");
    return answer.body.errors.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`);
  };

  test("every missing field", async () => {
    expect(await faults({})).toEqual(["name is required", "username is required", "email is required", "password is required"]);
  });

  test("no body at all", async () => {
    const answer = await call("POST", `${system.users}/auth/register`);
    expectProblem(answer, 422, "input_invalid");
  });

  const over = "x".repeat(257);
  test.each([
    ["a password under 8 characters", { password: "seven77" }, /^password must be 8 characters/],
    ["a password of 7 characters in 14 units", { password: "🔑".repeat(7) }, /^password must be 8 characters/],
    ["a password over 256 characters", { password: over }, /^password must be 256/],
    ["a password equal to the name", { password: "a person" }, /^password must not be the same as the name/],
    ["a password equal to the e-mail", { password: "Some.One@Example.com", email: "some.one@example.com" }, /^password .*email/],
    ["a password equal to the username", { password: "somebody" }, /^password .*username/],
    ["an e-mail that is none", { email: "nobody" }, /^email must be an e-mail address/],
    ["a username with a space", { username: "some body" }, /^username must be/],
    ["a username with a NUL", { username: "some\0body" }, /^username must be/],
    ["a username that looks like another", { username: "аdmin" }, /^username must be/],
    ["a name of nothing", { name: "   " }, /^name must not be empty/],
    ["a name over two lines", { name: "A\nPerson" }, /^name must be one line/],
    ["half a character in the name", { name: "A \ud800" }, /^name must be one line/],
    ["an unknown role", { role: "owner" }, /^role must be one of/],
    ["a number as password", { password: 12345678 }, /^password must be a string/],
    ["a list as username", { username: ["somebody"] }, /^username must be a string/],
    ["an operator as e-mail", { email: { $ne: "" } }, /^email must be/],
  ])("%s", async (_, more, fault) => {
    expect(await faults(person("somebody", more))).toEqual([expect.stringMatching(fault)]);
  });

  test.each([[[]], [null], ["text"], [7]])("a body that is %j", async (json) => {
    const { status } = await register(json);
    expect([400, 422]).toContain(status);
  });
});

test("a body that is not JSON, of another type, or too large", async () => {
  const url = `${system.users}/auth/register`;
  const headers = { "Content-Type": "application/json" };
  const send = async (init: RequestInit) => {
    const res = await fetch(url, { method: "POST", ...init });
    return { status: res.status, headers: res.headers, body: await res.json(), text: "" };
  };
  expectProblem(await send({ headers, body: "{" }), 400, "body_invalid");
  expectProblem(await send({ headers: { "Content-Type": "text/plain" }, body: "{}" }), 415, "media_type_unsupported");
  expectProblem(await send({ headers, body: JSON.stringify(person("somebody", { name: "x".repeat(20_000) })) }), 413, "body_too_large");
});

test("a username or an e-mail address is taken once, whatever its case", async () => {
  expect((await register(person("first-of-all"))).status).toBe(201);
  expectProblem(await register(person("FIRST-of-all", { email: "another@example.com" })), 409, "username_taken");
  expectProblem(await register(person("another", { email: "First-Of-All@example.com" })), 409, "email_taken");
});

test("20 at once with one username make one account", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => register(person("racer", { email: `racer${n}@example.com` }))));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
});

describe("the role admin", () => {
  test("is refused to whoever is not an admin, signed in or not", async () => {
    const member = await tokenOf(system.users, "member", DEMO_PASSWORD);
    for (const token of [undefined, member, "not.a.token"]) {
      expectProblem(await register(person("upstart", { role: "admin" }), token), 403, "role_forbidden");
    }
    expect((await register(person("upstart"))).body).toMatchObject({ role: "user" });
  });

  test("is an admin's to give; once enrolled, with a fresh code, lest a stolen token make itself an accomplice", async () => {
    const token = await admin();
    const made = await register(person("second-admin", { role: "admin" }), token);
    expect(made.body).toMatchObject({ username: "second-admin", role: "admin" });

    const { grant } = await enrol(system.users, token);
    expectProblem(await register(person("accomplice", { role: "admin" }), token), 401, "step_up_required");
    expect((await register(person("colleague"), token)).status).toBe(201);
    const json = person("third-admin", { role: "admin" });
    const granted = await call("POST", `${system.users}/auth/register`, { json, token, headers: { "MFA-Grant": grant } });
    expect(granted.status).toBe(201);
  });
});

describe("on a database without accounts", () => {
  test("of 10 who all want to be the first admin, one is", async () => {
    const { users, stop } = await startOnServer({ DEMO_DATA: "off" });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => call("POST", `${users}/auth/register`, { json: person(`first${n}`, { role: "admin" }) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(403)]);
    expect(await stop()).toBe(0);
  });

  test("after a first account that is no admin, nobody becomes one by registering", async () => {
    const { users, stop } = await startOnServer({ DEMO_DATA: "off" });
    expect((await call("POST", `${users}/auth/register`, { json: person("first") })).status).toBe(201);
    expectProblem(await call("POST", `${users}/auth/register`, { json: person("second", { role: "admin" }) }), 403, "role_forbidden");
    expect(await stop()).toBe(0);
  });
});
