import { Client } from "pg";
import { afterAll, expect, test } from "vitest";
import { DEMO_PASSWORD } from "./support/demo.ts";
import { call, claimsOf, expectProblem, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";
import { endAll, runToEnd, startSystem } from "./support/system.ts";

afterAll(endAll);

const kidOf = (token: string): unknown => JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;

test("a new signing key signs nobody out: it is published first, and the one before it goes when its last token has", async () => {
  const env = await freshServer();
  const [users, bookings] = await startApart(env);
  const old = await tokenOf(users.users, "member", DEMO_PASSWORD);
  const works = async (token: string) => (await call("GET", `${bookings.bookings}/bookings?limit=1`, { token })).status;
  expect(await works(old)).toBe(200);

  const { code, output } = await runToEnd({ env, args: ["--rotate-signing-key"] });
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/The signing key [\w-]{43} signs from .* on/) });
  const [, kid] = /signing key ([\w-]{43})/.exec(output) ?? [];
  const published = async () =>
    (await call("GET", `${users.users}/.well-known/jwks.json`)).body.keys.map((key: { kid: string }) => key.kid);
  await expect.poll(published, { timeout: 60_000 }).toContain(kid);
  // It is known to everybody before it signs for the first time.
  expect(kidOf(await tokenOf(users.users, "guest", DEMO_PASSWORD))).toBe(kidOf(old));

  const client = new Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  const age = (seconds: number) =>
    client.query("UPDATE signing_keys SET activates_at = activates_at - make_interval(secs => $1)", [seconds]);
  await age(121);
  const newest = () => tokenOf(users.users, "guest", DEMO_PASSWORD);
  await expect.poll(async () => kidOf(await newest()), { timeout: 60_000, interval: 500 }).toBe(kid);
  // Where the two minutes have passed in truth, nobody has looked so lately that they may not look again.
  const byNewKey = await newest();
  await expect.poll(() => works(byNewKey), { timeout: 60_000, interval: 250 }).toBe(200);
  expect(await works(old)).toBe(200);
  expect(claimsOf(old).exp).toBeGreaterThan(Date.now() / 1000);

  await age(1_900);
  await expect.poll(published, { timeout: 60_000 }).toEqual([kid]);
  // Nor is it believed where it is remembered.
  for (const url of [`${users.users}/users/me`, `${bookings.bookings}/bookings`]) {
    expectProblem(await call("GET", url, { token: old }), 401, "unauthenticated");
  }
  await client.end();
});

test("a signing key that got out is replaced at once: what it signed is dead at every service, and people sign in meanwhile", async () => {
  const env = await freshServer();
  const [users, bookings] = await startApart(env);
  const works = async (token: string) =>
    Promise.all(
      [`${users.users}/users/me`, `${bookings.bookings}/bookings?limit=1`].map(async (url) => (await call("GET", url, { token })).status),
    );
  const old = await tokenOf(users.users, "member", DEMO_PASSWORD);
  expect(await works(old)).toEqual([200, 200]);

  const { code, output } = await runToEnd({ env, args: ["--rotate-signing-key", "--now"] });
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/The signing key [\w-]{43} signs from now on/) });
  const [, kid] = /signing key ([\w-]{43})/.exec(output) ?? [];
  expect(await works(old)).toEqual([401, 401]);
  // A process that has read its keys two seconds ago may sign by the old one still; nobody is refused a sign-in.
  const newest = () => tokenOf(users.users, "guest", DEMO_PASSWORD);
  await expect.poll(async () => kidOf(await newest()), { timeout: 30_000, interval: 250 }).toBe(kid);
  const token = await newest();
  await expect.poll(() => works(token), { timeout: 30_000, interval: 250 }).toEqual([200, 200]);
  expect(await works(old)).toEqual([401, 401]);
});

test("where the row of the key that signs is deleted, its tokens are dead at every service, and the one to come signs before its time", async () => {
  const env = await freshServer();
  const [users, bookings] = await startApart(env);
  const old = await tokenOf(users.users, "member", DEMO_PASSWORD);
  expect((await call("GET", `${bookings.bookings}/bookings?limit=1`, { token: old })).status).toBe(200);
  await runToEnd({ env, args: ["--rotate-signing-key"] });
  const client = new Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  await client.query("DELETE FROM signing_keys WHERE activates_at <= now()");
  for (const url of [`${users.users}/users/me`, `${bookings.bookings}/bookings`]) {
    expectProblem(await call("GET", url, { token: old }), 401, "unauthenticated");
  }
  const { rows } = await client.query("SELECT kid FROM signing_keys");
  await expect
    .poll(async () => kidOf(await tokenOf(users.users, "guest", DEMO_PASSWORD)), { timeout: 30_000, interval: 250 })
    .toBe(rows[0].kid);

  await client.query("DELETE FROM signing_keys");
  const form = { username: "guest", password: DEMO_PASSWORD };
  await expect
    .poll(async () => (await call("POST", `${users.users}/auth/login`, { form })).body.code, { timeout: 30_000, interval: 250 })
    .toBe("unavailable");
  await client.end();
});

async function startApart(env: Record<string, string>) {
  const users = await startSystem({ env, args: ["--service", "users"] });
  const bookings = await startSystem({ env: { ...env, USERS_URL: users.users }, args: ["--service", "bookings"] });
  return [users, bookings] as const;
}
