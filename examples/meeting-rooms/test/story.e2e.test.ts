import { hasTool, zbarimg } from "@nightlatch/internal-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Authenticator, oathAuthenticator } from "./support/authenticator.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, claimsOf, expectProblem, tokenOf } from "./support/http.ts";
import { endAll, newFolder, runToEnd, type Started, startSystem } from "./support/system.ts";

// The whole story of a user and an administrator, as the README tells it, on the embedded database. The
// tests follow each other: each takes up where the one before left off.

const PASSWORD = "correct horse battery";
const user = { username: "newcomer", password: PASSWORD };
const folder = newFolder();

let system: Started;
let token: string;
let setup: { secret: string; uri: string; qr_code: string };
let phone: Authenticator;
let recoveryCodes: string[];

const users = (path: string) => `${system.users}${path}`;
const bookings = (path: string) => `${system.bookings}${path}`;

async function book(hour: number): Promise<string> {
  const json = { room_id: 4, title: "A talk", starts_at: hoursAhead(hour), ends_at: hoursAhead(hour + 1) };
  const { status, body } = await call("POST", bookings("/bookings"), { token, json });
  expect(status).toBe(201);
  return bookings(`/bookings/${body.id}`);
}

beforeAll(async () => {
  system = await startSystem({ env: { NIGHTLATCH_DATA: folder } });
});
afterAll(endAll);

describe.skipIf(!hasTool("oathtool"))("the story", () => {
  test("prints where it is, who is there, and what to try", () => {
    expect(system.output()).toContain(system.users);
    expect(system.output()).toContain(DEMO_PASSWORD);
    expect(system.output()).toContain("curl ");
  });

  test("register: 201, without the password", async () => {
    const json = { ...user, name: "New Comer", email: "newcomer@example.com" };
    const { status, body, text } = await call("POST", users("/auth/register"), { json });
    expect(status).toBe(201);
    expect(body).toMatchObject({ username: "newcomer", name: "New Comer", email: "newcomer@example.com", role: "user" });
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain("argon2");
  });

  test("sign in with the password, by form and by JSON", async () => {
    for (const how of [{ form: user }, { json: user }]) {
      const { status, headers, body } = await call("POST", users("/auth/login"), how);
      expect(status).toBe(200);
      expect(body).toEqual({ access_token: expect.any(String), token_type: "bearer", expires_in: 1800 });
      expect(headers.get("Cache-Control")).toBe("no-store");
      expect(claimsOf(body.access_token).amr).toEqual(["pwd"]);
      token = body.access_token;
    }
    const me = await call("GET", users("/users/me"), { token });
    expect(me.body).toMatchObject({ username: "newcomer", role: "user" });
  });

  test("set up: secret and key URI", async () => {
    const before = await call("GET", users("/auth/mfa/status"), { token });
    expect(before.body).toMatchObject({ mfa_enabled: false, username: "newcomer" });

    const { status, body } = await call("POST", users("/auth/mfa/setup"), { token });
    expect(status).toBe(200);
    setup = body;
    const uri = new URL(setup.uri);
    expect(decodeURIComponent(uri.pathname)).toContain("Smart Meeting Rooms:newcomer");
    expect(uri.searchParams.get("secret")).toBe(setup.secret);
    expect(uri.searchParams.get("issuer")).toBe("Smart Meeting Rooms");
    phone = oathAuthenticator(setup.secret);
  });

  test.skipIf(!hasTool("zbarimg"))("set up: a camera reads the URI from the QR code", async () => {
    const [kind, picture = ""] = setup.qr_code.split(",");
    expect(kind).toBe("data:image/png;base64");
    expect(await zbarimg(Buffer.from(picture, "base64"))).toBe(setup.uri);
  });

  test("enable, with the first code; a wrong one does not", async () => {
    const wrong = await call("POST", users("/auth/mfa/enable"), { token, json: { code: await phone.wrong() } });
    expectProblem(wrong, 401, "code_invalid");
    const { status, headers, body } = await call("POST", users("/auth/mfa/enable"), { token, json: { code: await phone.next() } });
    expect(status).toBe(200);
    expect(body.mfa_enabled).toBe(true);
    expect(body.recovery_codes).toHaveLength(10);
    expect(headers.get("MFA-Grant")).toBe(body.grant);
    recoveryCodes = body.recovery_codes;
  });

  test("sign in with the password alone: mfa_required, with a challenge and the methods", async () => {
    const answer = await call("POST", users("/auth/login"), { form: user });
    expectProblem(answer, 401, "mfa_required");
    expect(answer.body).toMatchObject({ challenge: expect.any(String), methods: ["totp", "recovery_code"] });
    expect(answer.body.access_token).toBeUndefined();
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
  });

  let grant: string;
  test("sign in with password and code: token, amr and grant", async () => {
    const { status, headers, body } = await call("POST", users("/auth/login-mfa"), { json: { ...user, mfa_code: await phone.next() } });
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: expect.any(String), token_type: "bearer", expires_in: 1800 });
    expect(claimsOf(body.access_token).amr).toEqual(["pwd", "otp", "mfa"]);
    token = body.access_token;
    grant = headers.get("MFA-Grant") ?? "";
  });

  test("the same code again is refused", async () => {
    const answer = await call("POST", users("/auth/login-mfa"), { json: { ...user, mfa_code: phone.last() } });
    expectProblem(answer, 401, "code_used");
  });

  test("sign in with challenge and code; the challenge serves once", async () => {
    const refused = await call("POST", users("/auth/login"), { form: user });
    const { challenge } = refused.body;
    const json = { challenge, mfa_code: await phone.next() };
    const { status, headers, body } = await call("POST", users("/auth/login-mfa"), { json });
    expect(status).toBe(200);
    expect(claimsOf(body.access_token).amr).toEqual(["pwd", "otp", "mfa"]);
    expect(headers.get("MFA-Grant")).toBeTruthy();
    const again = await call("POST", users("/auth/login-mfa"), { json: { challenge, mfa_code: recoveryCodes[0] } });
    expectProblem(again, 401, "challenge_expired");
  });

  test("cancel a booking: refused without a fresh code, as RFC 9470 says", async () => {
    const answer = await call("DELETE", await book(30), { token });
    expectProblem(answer, 401, "step_up_required");
    const header = answer.headers.get("WWW-Authenticate") ?? "";
    expect(header).toContain('error="insufficient_user_authentication"');
    expect(header).toContain('max_age="300"');
    expect(header).toMatch(/acr_values="[^"]+"/);
  });

  test("cancel a booking: done with X-MFA-Code, which earns a grant for the next", async () => {
    const first = await book(40);
    const answer = await call("DELETE", first, { token, headers: { "X-MFA-Code": recoveryCodes[1] ?? "" } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: "cancelled", cancelled_by: "newcomer" });
    const earned = answer.headers.get("MFA-Grant") ?? "";
    const next = await call("DELETE", await book(41), { token, headers: { "MFA-Grant": earned } });
    expect(next.status).toBe(200);
    const kept = await call("GET", first, { token });
    expect(kept.body.status).toBe("cancelled");
  });

  test("cancel a booking: done with the grant from signing in", async () => {
    const { status } = await call("DELETE", await book(50), { token, headers: { "MFA-Grant": grant } });
    expect(status).toBe(200);
  });

  test("cancel a booking: done with the grant that its own challenge earned", async () => {
    const booking = await book(60);
    const { challenge } = (await call("DELETE", booking, { token })).body;
    const verified = await call("POST", users("/auth/mfa/verify"), { token, json: { challenge, code: recoveryCodes[2] } });
    expect(verified.status).toBe(200);
    const { status } = await call("DELETE", booking, { token, headers: { "MFA-Grant": verified.body.grant } });
    expect(status).toBe(200);
  });

  test("an administrator who is enrolled deletes a user with a code, and the user's token is dead at once", async () => {
    const asAdmin = await tokenOf(system.users, "admin", DEMO_PASSWORD);
    const guest = await tokenOf(system.users, "guest", DEMO_PASSWORD);
    const started = await call("POST", users("/auth/mfa/setup"), { token: asAdmin });
    const tablet = oathAuthenticator(started.body.secret);
    await call("POST", users("/auth/mfa/enable"), { token: asAdmin, json: { code: await tablet.next() } });

    const refused = await call("DELETE", users("/users/guest"), { token: asAdmin });
    expectProblem(refused, 401, "step_up_required");
    expect((await call("GET", users("/users/me"), { token: guest })).status).toBe(200);

    const deleted = await call("DELETE", users("/users/guest"), { token: asAdmin, headers: { "X-MFA-Code": await tablet.next() } });
    expect(deleted.status).toBe(204);
    expectProblem(await call("GET", users("/users/me"), { token: guest }), 401, "unauthenticated");
    expectProblem(await call("GET", bookings("/bookings"), { token: guest }), 401, "unauthenticated");

    const disabled = await call("POST", users("/auth/mfa/disable"), { token: asAdmin, json: { code: await tablet.next() } });
    expect(disabled.body).toEqual({ mfa_enabled: false });
    expect((await call("DELETE", users("/users/member"), { token: asAdmin })).status).toBe(204);
  });

  test("a second process on the same folder is refused, in so many words", async () => {
    const { code, output } = await runToEnd({ env: { NIGHTLATCH_DATA: folder } });
    expect(code).toBe(1);
    expect(output).toContain(`Another process is using the data folder ${folder}`);
    expect(output).toContain("NIGHTLATCH_DATA=");
    expect(output).not.toContain("    at ");
  });

  test("stopped and started again, everything is as it was", async () => {
    const before = await call("GET", users("/auth/mfa/status"), { token });
    expect(before.body).toMatchObject({ mfa_enabled: true, username: "newcomer" });
    expect(await system.stop()).toBe(0);
    system = await startSystem({ env: { NIGHTLATCH_DATA: folder } });
    const after = await call("GET", users("/auth/mfa/status"), { token });
    expect(after.body).toEqual(before.body);
    expectProblem(await call("POST", users("/auth/login"), { form: user }), 401, "mfa_required");
    expectProblem(await call("POST", users("/auth/login-mfa"), { json: { ...user, mfa_code: phone.last() } }), 401, "code_used");
  });

  test("killed and started again, nothing acknowledged is lost, and the folder is free", async () => {
    const booking = await book(70);
    await system.kill();
    system = await startSystem({ env: { NIGHTLATCH_DATA: folder } });
    const { body } = await call("GET", bookings(new URL(booking).pathname), { token });
    expect(body).toMatchObject({ title: "A talk", status: "confirmed" });
  });

  test("disable, with a code: the password alone signs in again", async () => {
    expectProblem(await call("POST", users("/auth/mfa/disable"), { token, json: {} }), 401, "proof_needed");
    const { status } = await call("POST", users("/auth/mfa/disable"), { token, json: { code: recoveryCodes[3] } });
    expect(status).toBe(200);
    await tokenOf(system.users, user.username, user.password);
  });
});
