import { Client } from "pg";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD, hoursAhead } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";
import { endAll, runToEnd, type Started, startSystem } from "./support/system.ts";

// What stands in the database, read as whoever got hold of it would.

let server: { DATABASE_URL: string; NIGHTLATCH_KEYS: string };
let system: Started;
let client: Client;

beforeEach(async () => {
  server = await freshServer();
  system = await startSystem({ env: server });
  client = new Client({ connectionString: server.DATABASE_URL });
  await client.connect();
});
afterEach(async () => {
  await client?.end();
  await system?.stop();
});
afterAll(endAll);

const users = (path: string) => `${system.users}${path}`;
const count = async (table: string): Promise<number> => Number((await client.query(`SELECT count(*) FROM ${table}`)).rows[0].count);

test("holds nothing that signs anybody in", async () => {
  const token = await tokenOf(system.users, "member", DEMO_PASSWORD);
  const setup = await call("POST", users("/auth/mfa/setup"), { token });
  const { recoveryCodes, grant } = await enrol(system.users, token);
  const { rows: tables } = await client.query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'");
  expect(tables.length).toBeGreaterThan(8);
  let dump = "";
  for (const { table_name } of tables) dump += JSON.stringify((await client.query(`SELECT * FROM ${table_name}`)).rows);

  for (const secret of [DEMO_PASSWORD, token, grant, setup.body.secret, server.NIGHTLATCH_KEYS.slice(3), ...recoveryCodes]) {
    expect(dump).not.toContain(secret);
    expect(dump).not.toContain(secret.replaceAll("-", ""));
  }
  expect(dump).toContain("$argon2id$v=19$m=19456,t=2,p=1$");
  const { rows: keys } = await client.query("SELECT private_jwk FROM signing_keys");
  expect(keys).toEqual([{ private_jwk: expect.stringMatching(/^v1\.[^.]+\.[^.]+\.[^.]+$/) }]);
});

test("holds no factor of a deleted user, and none of one whose deletion a crash cut short", async () => {
  const admin = await tokenOf(system.users, "admin", DEMO_PASSWORD);
  for (const username of ["member", "guest"]) await enrol(system.users, await tokenOf(system.users, username, DEMO_PASSWORD));
  expect(await count("nightlatch_factors")).toBe(2);
  await call("DELETE", users("/users/member"), { token: admin });
  expect([await count("nightlatch_factors"), await count("nightlatch_codes"), await count("erasures")]).toEqual([1, 10, 0]);

  await system.stop();
  await client.query(
    "WITH gone AS (DELETE FROM users WHERE username = 'guest' RETURNING id) INSERT INTO erasures (user_id) SELECT id FROM gone",
  );
  system = await startSystem({ env: server });
  expect([await count("nightlatch_factors"), await count("nightlatch_codes"), await count("erasures")]).toEqual([0, 0, 0]);
});

test("A52 factors deleted from the tables switch nothing off: signing in is refused, and so is what an open session asks; switching it off by the routes is no such thing", async () => {
  const token = await tokenOf(system.users, "member", DEMO_PASSWORD);
  const { grant } = await enrol(system.users, token);
  const login = () => call("POST", users("/auth/login"), { form: { username: "member", password: DEMO_PASSWORD } });
  expectProblem(await login(), 401, "mfa_required");
  // Off by the owner, and on again: remembered before the answer, so that the next sign-in knows.
  expect((await call("POST", users("/auth/mfa/disable"), { token, json: {}, headers: { "MFA-Grant": grant } })).status).toBe(200);
  expect((await login()).status).toBe(200);
  await enrol(system.users, token);

  const json = { room_id: 1, title: "A talk", starts_at: hoursAhead(30), ends_at: hoursAhead(31) };
  const booked = await call("POST", `${system.bookings}/bookings`, { token, json });
  const cancel = () => call("DELETE", `${system.bookings}/bookings/${booked.body.id}`, { token });
  expectProblem(await cancel(), 401, "step_up_required");

  await client.query("DELETE FROM nightlatch_factors");
  expectProblem(await cancel(), 403, "enrolment_mismatch");
  for (const route of ["/auth/mfa/setup", "/auth/mfa/disable"])
    expectProblem(await call("POST", users(route), { token }), 403, "enrolment_mismatch");
  expect((await call("GET", `${system.bookings}/bookings/${booked.body.id}`, { token })).status).toBe(200);
  const refused = await login();
  expectProblem(refused, 403, "enrolment_mismatch");
  expect(refused.text).not.toContain("access_token");
});

test("a signing key put in the place of ours is not believed", async () => {
  const other = await freshServer();
  await (await startSystem({ env: other })).stop();
  const theirs = new Client({ connectionString: other.DATABASE_URL });
  await theirs.connect();
  const { rows } = await theirs.query("SELECT kid, private_jwk FROM signing_keys");
  await theirs.end();

  await system.stop();
  const { rows: ours } = await client.query("SELECT kid, private_jwk FROM signing_keys");
  for (const change of [{ private_jwk: rows[0].private_jwk }, { kid: rows[0].kid }]) {
    const { kid, private_jwk } = { ...ours[0], ...change };
    await client.query("UPDATE signing_keys SET kid = $1, private_jwk = $2", [kid, private_jwk]);
    const { code, output } = await runToEnd({ env: server });
    expect(code).toBe(1);
    expect(output).toContain("The signing key in the table signing_keys does not open");
  }
  await client.query("UPDATE signing_keys SET kid = $1, private_jwk = $2", [ours[0].kid, ours[0].private_jwk]);
  system = await startSystem({ env: server });
});

test("the overlap of two bookings is refused by the table itself", async () => {
  const insert = `INSERT INTO bookings (room_id, title, starts_at, ends_at)
    VALUES (1, 'x', now() + interval '40 days', now() + interval '40 days 1 hour')`;
  await client.query(insert);
  await expect(client.query(insert)).rejects.toMatchObject({ code: "23P01", constraint: "bookings_overlap" });
});
