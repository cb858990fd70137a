import { afterAll, expect, test } from "vitest";
import { enrol } from "./support/authenticator.ts";
import { hoursAhead } from "./support/demo.ts";
import { call, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";
import { endAll, startSystem } from "./support/system.ts";

afterAll(endAll);

/** What a person would recognise of it in a log. */
const canary = (n: number): string => `canary-${n}-${crypto.randomUUID()}`;

test("A42 no secret reaches the log at any level, right or wrong, well-formed or not", async () => {
  const server = await freshServer();
  const system = await startSystem({ env: { ...server, LOG_LEVEL: "trace" } });
  const users = (path: string) => `${system.users}${path}`;
  const bookings = (path: string) => `${system.bookings}${path}`;
  const secrets: string[] = [server.NIGHTLATCH_KEYS.slice(3), new URL(server.DATABASE_URL).password];
  const secret = (): string => {
    const made = canary(secrets.length);
    secrets.push(made);
    return made;
  };

  // Right: the whole story.
  const password = secret();
  const json = { name: "A Person", username: "canary", email: "canary@example.com", password };
  await call("POST", users("/auth/register"), { json });
  await call("POST", users("/auth/register"), { json });
  const token = await tokenOf(system.users, "canary", password);
  const { grant, recoveryCodes, authenticator } = await enrol(system.users, token);
  const login = await call("POST", users("/auth/login"), { form: { username: "canary", password } });
  const step = await call("POST", users("/auth/login-mfa"), { json: { challenge: login.body.challenge, mfa_code: recoveryCodes[0] } });
  const booking = { room_id: 1, title: "A talk", starts_at: hoursAhead(5), ends_at: hoursAhead(6) };
  const { id } = (await call("POST", bookings("/bookings"), { token, json: booking })).body;
  const headers = { "X-MFA-Code": recoveryCodes[1] ?? "", Cookie: `session=${secret()}` };
  await call("DELETE", bookings(`/bookings/${id}`), { token, headers });
  const renewed = await call("POST", users("/auth/mfa/recovery-codes"), { token, json: { code: await authenticator.next() } });
  secrets.push(token, grant, ...recoveryCodes, login.body.challenge, step.body.access_token, ...renewed.body.recovery_codes);
  secrets.push(step.headers.get("MFA-Grant") ?? "");

  // Wrong: in every place where somebody may put a secret by mistake.
  await call("POST", users("/auth/login"), { form: { username: "canary", password: secret() } });
  await call("POST", users("/auth/login"), { form: { username: secret(), password } });
  await call("POST", users(`/auth/login?password=${secret()}`), { json: { username: secret() } });
  await call("GET", users(`/auth/login/${secret()}`));
  await call("GET", users(`/auth/mfa/${secret()}`), { token });
  await call("GET", users(`/%E0%A4%A${secret()}`));
  await call("GET", users("/users/me"), { token: secret() });
  await call("DELETE", bookings(`/bookings/${id}?code=${secret()}`), { token, headers: { "X-MFA-Code": secret(), "MFA-Grant": secret() } });
  await call("GET", users("/users/me"), { headers: { "X-Request-Id": `no id: ${secret()}` } });
  for (const type of ["application/json", "application/x-www-form-urlencoded; charset=nonsense", "text/plain"]) {
    for (const path of ["/auth/register", "/auth/login", "/auth/mfa/verify"]) {
      const body = `{"password": "${secret()}`;
      await fetch(users(path), { method: "POST", headers: { "Content-Type": type, Authorization: `Bearer ${token}` }, body });
    }
  }
  expect(await system.stop()).toBe(0);

  const output = system.output();
  expect(output).toContain('"route":"/auth/mfa/recovery-codes"');
  expect(output).toContain('"route":"/bookings/:id"');
  expect(output).toContain('"route":"none"');
  expect(secrets.length).toBeGreaterThan(40);
  expect(secrets.filter((text) => text === "" || output.includes(text) || output.includes(encodeURIComponent(text)))).toEqual([]);
  // Every line of the log is JSON, and says whose request it was.
  const requests = output.split("\n").filter((line) => line.includes('"msg":"request"'));
  for (const line of requests) expect(JSON.parse(line)).toMatchObject({ req_id: expect.any(String), status: expect.any(Number) });
});
