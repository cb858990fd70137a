import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { createHmac } from "node:crypto";
import { newDatabase } from "@nightlatch/internal-services";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { migrate } from "../src/database/migrate.ts";
import { connectToServer } from "../src/database/server.ts";
import { seedDemo } from "../src/demo/seed.ts";
import { createLog } from "../src/log.ts";
import { userWithPassword } from "../src/users/accounts.ts";
import { hashPassword } from "../src/users/passwords.ts";
import { type Authenticator, enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD } from "./support/demo.ts";
import { call, claimsOf, expectProblem, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, type Started } from "./support/system.ts";

/** The kinds of the tasks, beside promises and turns of the event loop, that something began while it was done. */
async function tasksOf(act: () => Promise<unknown>): Promise<string[]> {
  const kinds: string[] = [];
  const acting = new AsyncLocalStorage<true>();
  const hook = createHook({
    init(_id, kind) {
      if (acting.getStore() && kind !== "PROMISE" && kind !== "TickObject") kinds.push(kind);
    },
  }).enable();
  await acting.run(true, act).finally(() => hook.disable());
  return kinds;
}

let system: Started;
let phone: Authenticator;
let recoveryCodes: string[];
let enrolledToken: string;

const member = { username: "member", password: DEMO_PASSWORD };
const users = (path: string) => `${system.users}${path}`;
const login = (json: unknown) => call("POST", users("/auth/login"), { json });
const loginMfa = (json: unknown) => call("POST", users("/auth/login-mfa"), { json });

beforeAll(async () => {
  system = await startOnServer();
  enrolledToken = await tokenOf(system.users, member.username, member.password);
  ({ authenticator: phone, recoveryCodes } = await enrol(system.users, enrolledToken));
});
afterAll(endAll);

describe("the first factor", () => {
  test("A46 wrong user and wrong password look alike", async () => {
    const wrongPassword = await login({ ...member, password: "not the password" });
    expectProblem(wrongPassword, 401, "credentials_invalid");
    const enrolled = await login({ username: "guest", password: "not the password" });
    for (const username of ["nobody", "no\0body", "no body", "' OR 1=1 --", "x".repeat(1000)]) {
      const answer = await login({ username, password: DEMO_PASSWORD });
      expect(answer.body).toEqual(wrongPassword.body);
      expect(answer.status).toBe(401);
    }
    expect(enrolled.body).toEqual(wrongPassword.body);
  });

  test("A46 wrong user and wrong password take alike: each costs one password hash", async () => {
    const database = await connectToServer(await newDatabase(inject("postgresUrl")), createLog("silent"));
    await migrate(database);
    await seedDemo(database);
    // Hashing is a task beside the event loop. Its kind is learned from a hash, and the tasks of that kind are counted.
    const [hashing = "", ...others] = await tasksOf(() => hashPassword("some password"));
    expect(others).toEqual([]);
    const hashes = async (username: string) => {
      const tasks = await tasksOf(() => userWithPassword(database, username, "not the password"));
      return tasks.filter((kind) => kind === hashing).length;
    };
    // What stands in for the hash of an unknown user is made once, by whoever comes first.
    expect(await hashes("member")).toBe(2);
    for (const username of ["member", "nobody", "guest", "no\0body", "no body", "x".repeat(1000)]) {
      expect({ username, hashes: await hashes(username) }).toEqual({ username, hashes: 1 });
    }
    await database.close();
  });

  test("a username is the same in any case", async () => {
    await tokenOf(system.users, "GUEST", DEMO_PASSWORD);
  });

  test.each([
    [{}],
    [{ username: "member" }],
    [{ username: ["member"], password: DEMO_PASSWORD }],
    [{ username: { $ne: "" }, password: { $ne: "" } }],
    [{ username: "member", password: "" }],
  ])("malformed: %j", async (json) => {
    expectProblem(await login(json), 422, "input_invalid");
  });

  test("a form with a field twice is malformed", async () => {
    const body = new URLSearchParams([
      ["username", "member"],
      ["username", "admin"],
      ["password", DEMO_PASSWORD],
    ]);
    expect((await fetch(users("/auth/login"), { method: "POST", body })).status).toBe(422);
  });
});

describe("the second factor", () => {
  test("R35 a right password alone is not enough, whichever route and spelling it comes by", async () => {
    for (const username of ["member", "MEMBER"]) {
      const answer = await login({ username, password: DEMO_PASSWORD });
      expectProblem(answer, 401, "mfa_required");
      expect(answer.text).not.toContain("access_token");
      expect(answer.headers.get("MFA-Grant")).toBeNull();
      const wrong = await loginMfa({ username, password: DEMO_PASSWORD, mfa_code: "abc" });
      expectProblem(wrong, 401, "code_invalid");
    }
    expectProblem(await loginMfa(member), 422, "input_invalid");
    expectProblem(await loginMfa({ ...member, mfa_code: "" }), 422, "input_invalid");
  });

  test("a wrong password is told as such, whatever the code, and costs no attempt", async () => {
    for (let n = 0; n < 7; n += 1) {
      const answer = await loginMfa({ ...member, password: "not the password", mfa_code: "000000" });
      expectProblem(answer, 401, "credentials_invalid");
    }
    const { status, body, headers } = await loginMfa({ ...member, mfa_code: await phone.next() });
    expect(status).toBe(200);
    expect(claimsOf(body.access_token).amr).toEqual(["pwd", "otp", "mfa"]);
    expect(headers.get("MFA-Grant")).toBeTruthy();
  });

  test("somebody not enrolled gets the token alone, of the password alone", async () => {
    const { status, headers, body } = await loginMfa({ username: "guest", password: DEMO_PASSWORD, mfa_code: "123456" });
    expect(status).toBe(200);
    expect(claimsOf(body.access_token).amr).toEqual(["pwd"]);
    expect(headers.get("MFA-Grant")).toBeNull();
  });

  test("a sign-in may end at the MFA routes, with its challenge in MFA-Challenge: the token is in that answer", async () => {
    const { challenge } = (await login(member)).body;
    const headers = { "MFA-Challenge": challenge };
    const wrong = await call("POST", users("/auth/mfa/verify"), { headers, json: { code: await phone.wrong() } });
    expectProblem(wrong, 401, "code_invalid");
    expect(wrong.text).not.toContain("access_token");
    const { status, body } = await call("POST", users("/auth/mfa/verify"), { headers, json: { code: recoveryCodes[9] } });
    expect(status).toBe(200);
    // It is the token that expires in so many seconds, as at the other routes: the grant does earlier, and says so itself.
    expect(body).toMatchObject({ token_type: "bearer", expires_in: 1800, recovery_codes_left: 9, grant: expect.any(String) });
    const { access_token: token, grant } = body;
    expect((await call("GET", users("/users/me"), { token })).body.username).toBe("member");
    // The grant is that session's.
    const options = { token, json: {}, headers: { "MFA-Grant": grant } };
    expect((await call("POST", users("/auth/mfa/setup"), options)).status).toBe(200);
    expectProblem(await call("POST", users("/auth/mfa/verify"), { headers, json: { code: recoveryCodes[8] } }), 401, "challenge_expired");
  });

  test("a form will do as well as JSON", async () => {
    const form = { username: "guest", password: DEMO_PASSWORD, mfa_code: "123456" };
    expect((await call("POST", users("/auth/login-mfa"), { form })).status).toBe(200);
  });

  test("challenge and password exclude each other", async () => {
    const { challenge } = (await login(member)).body;
    expectProblem(await loginMfa({ ...member, challenge, mfa_code: "123456" }), 422, "input_invalid");
    expectProblem(await loginMfa({ username: "member", mfa_code: "123456" }), 422, "input_invalid");
    expectProblem(await loginMfa({ challenge: { $ne: "" }, mfa_code: "123456" }), 422, "input_invalid");
    expectProblem(await loginMfa({ challenge: "no.challenge.ofours", mfa_code: "123456" }), 401, "challenge_expired");
  });

  test("A22 a step-up challenge signs nobody in", async () => {
    const { challenge } = (await call("POST", users("/auth/mfa/challenge"), { token: enrolledToken })).body;
    expectProblem(await loginMfa({ challenge, mfa_code: "123456" }), 401, "challenge_expired");
  });

  test("A44 the challenge holds no credential", async () => {
    const { challenge } = (await login(member)).body;
    const parts = challenge.split(".").map((part: string) => Buffer.from(part, "base64url").toString());
    for (const part of [challenge, ...parts]) {
      expect(part).not.toContain(DEMO_PASSWORD);
      expect(part).not.toContain("argon2");
    }
    expect(Object.keys(claimsOf(challenge)).sort()).toEqual([
      "amr",
      "aud",
      "epoch",
      "exp",
      "iat",
      "issued_at",
      "jti",
      "methods",
      "sub",
      "tenant",
      "use",
    ]);
  });

  test("wrong codes lock, whichever route they come by, and the lock says when it ends", async () => {
    const guest = { username: "guest", password: DEMO_PASSWORD };
    const { authenticator } = await enrol(system.users, await tokenOf(system.users, guest.username, guest.password));
    const left: number[] = [];
    for (let n = 0; n < 5; n += 1) left.push((await loginMfa({ ...guest, mfa_code: await authenticator.wrong() })).body.attempts_left);
    expect(left).toEqual([4, 3, 2, 1, 0]);
    const locked = await loginMfa({ ...guest, mfa_code: await authenticator.next() });
    expectProblem(locked, 429, "locked");
    expect(Number(locked.headers.get("Retry-After"))).toBeGreaterThan(800);
  });
});

describe("access tokens", () => {
  test("are verified by anybody with the published key, and nothing secret is published", async () => {
    const { headers, body } = await call("GET", users("/.well-known/jwks.json"));
    expect(body.keys).toEqual([{ kty: "OKP", crv: "Ed25519", x: expect.any(String), kid: expect.any(String), use: "sig", alg: "EdDSA" }]);
    expect(headers.get("Cache-Control")).toContain("public");
    const claims = claimsOf(enrolledToken);
    expect(Number(claims.exp) - Number(claims.iat)).toBe(1800);
  });

  test("are refused when forged, edited, of another kind, or given elsewhere", async () => {
    const [head = "", body = "", signature = ""] = enrolledToken.split(".");
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const { keys } = (await call("GET", users("/.well-known/jwks.json"))).body;
    const header = JSON.parse(Buffer.from(head, "base64url").toString());
    // RFC 8725 §2.1: no algorithm at all, and the public key taken for a shared secret.
    const none = `${encode({ ...header, alg: "none" })}.${body}.`;
    const confused = `${encode({ ...header, alg: "HS256" })}.${body}`;
    const hmac = createHmac("sha256", Buffer.from(keys[0].x, "base64url")).update(confused).digest("base64url");
    const { challenge } = (await login(member)).body;
    const grant = (await loginMfa({ ...member, mfa_code: recoveryCodes[0] })).headers.get("MFA-Grant") ?? "";
    const later = encode({ ...claimsOf(enrolledToken), exp: Number(claimsOf(enrolledToken).exp) + 1 });
    for (const token of [none, `${confused}.${hmac}`, `${head}.${later}.${signature}`, `${head}.${body}.`, challenge, grant, "", "x"]) {
      for (const url of [users("/users/me"), `${system.bookings}/bookings`, users("/auth/mfa/status")]) {
        expectProblem(await call("GET", url, { token }), 401, "unauthenticated");
      }
    }
    const elsewhere = await fetch(`${users("/users/me")}?access_token=${enrolledToken}`, { headers: { Cookie: `token=${enrolledToken}` } });
    expect(elsewhere.status).toBe(401);
  });

  test("the grant of one session serves no other", async () => {
    const first = await loginMfa({ ...member, mfa_code: recoveryCodes[1] });
    expect(first.body.recovery_codes_left).toBe(7);
    const grant = first.headers.get("MFA-Grant") ?? "";
    const other = await call("POST", users("/auth/mfa/disable"), { token: enrolledToken, json: {}, headers: { "MFA-Grant": grant } });
    expectProblem(other, 401, "proof_needed");
  });
});
