import { afterAll, beforeAll, expect, test } from "vitest";
import { DEMO_PASSWORD } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, type Started } from "./support/system.ts";

let system: Started;

beforeAll(async () => {
  system = await startOnServer();
});
afterAll(endAll);

const from = (address: string) => ({ "X-Forwarded-For": address });
const login = (username: string, password: string, address: string) =>
  call("POST", `${system.users}/auth/login`, { json: { username, password }, headers: from(address) });

test("ten wrong passwords for an account from an address; a right one in between begins anew; an unknown account looks the same", async () => {
  for (let n = 0; n < 9; n += 1) expectProblem(await login("member", "wrong", "192.0.2.1"), 401, "credentials_invalid");
  expect((await login("MEMBER", DEMO_PASSWORD, "192.0.2.1")).status).toBe(200);
  for (const username of ["member", "nobody"]) {
    for (let n = 0; n < 10; n += 1) expectProblem(await login(username, "wrong", "192.0.2.1"), 401, "credentials_invalid");
    const refused = await login(username.toUpperCase(), DEMO_PASSWORD, "192.0.2.1");
    expectProblem(refused, 429, "too_many_passwords");
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(800);
  }
  expect((await login("member", DEMO_PASSWORD, "192.0.2.2")).status).toBe(200);
});

test("a hundred wrong passwords for an account in a day, from wherever: nobody is shut out, and its owner is told once", async () => {
  const guess = (n: number, username = "guest") => login(username, "wrong", `203.0.113.${n}`);
  const mails = async () => (await call("GET", `${system.users}/inbox`)).text.match(/<article>.*?<\/article>/gs) ?? [];
  for (let n = 0; n < 100; n += 1) expectProblem(await guess(n), 401, "credentials_invalid");
  expect(await mails()).toEqual([]);
  for (let n = 100; n < 110; n += 1) expectProblem(await guess(n, "GUEST"), 401, "credentials_invalid");
  expect(await mails()).toEqual([expect.stringMatching(/trying passwords for your .*guest@example\.com/s)]);
  expect((await login("guest", DEMO_PASSWORD, "203.0.113.200")).status).toBe(200);
});

test("what takes a password or a code is limited by address, and the answer says how much is left", async () => {
  const path = (name: string) => `${system.users}/auth/${name}`;
  const headers = from("2001:db8::1");
  const answers = [];
  for (let n = 0; n < 120; n += 1) answers.push(call("POST", path(n % 2 ? "login" : "login-mfa"), { json: {}, headers }));
  for (const answer of await Promise.all(answers)) {
    expect(answer.status).toBe(422);
    expect(answer.headers.get("RateLimit-Policy")).toBe('"sign-in:address";q=120;w=60');
  }
  // The same /64 is the same client.
  for (const name of ["login", "login-mfa", "register"]) {
    expectProblem(await call("POST", path(name), { json: {}, headers: from("2001:db8::2") }), 429, "rate_limited");
  }
  expect((await call("POST", path("login"), { json: {}, headers: from("2001:db8:1::1") })).status).toBe(422);
});

test("what may bear a code is limited by user, over all of it, guarded routes and MFA routes alike", async () => {
  const [token, other] = await Promise.all([tokenOf(system.users, "guest", DEMO_PASSWORD), tokenOf(system.users, "admin", DEMO_PASSWORD)]);
  const answers = [];
  for (let n = 0; n < 120; n += 1) {
    answers.push(
      n % 2 ? call("GET", `${system.users}/auth/mfa/status`, { token }) : call("DELETE", `${system.bookings}/bookings/0`, { token }),
    );
  }
  expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([200, 404]));
  expectProblem(await call("DELETE", `${system.bookings}/bookings/0`, { token }), 429, "rate_limited");
  expectProblem(await call("POST", `${system.users}/auth/mfa/verify`, { token, json: { code: "123456" } }), 429, "rate_limited");
  expect((await call("GET", `${system.users}/auth/mfa/status`, { token: other })).status).toBe(200);
});
