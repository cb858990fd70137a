import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { freePort } from "@nightlatch/internal-services";
import { afterAll, describe, expect, test } from "vitest";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";
import { endAll, newFolder, newKeys, runToEnd, startSystem } from "./support/system.ts";

afterAll(endAll);

/** A start that must fail, with a message for people and no stack. */
async function refusal(env: Record<string, string>, args: string[] = []): Promise<string> {
  const { code, output } = await runToEnd({ env: { NIGHTLATCH_DATA: newFolder(), ...env }, args });
  expect(code).toBe(1);
  expect(output).toContain("can't start");
  expect(output).not.toContain("    at ");
  return output;
}

describe("production", () => {
  const NODE_ENV = "production";

  test("without keys it stops, says how to make them, and touches nothing", async () => {
    const folder = newFolder();
    const output = await refusal({ NODE_ENV, NIGHTLATCH_DATA: folder });
    expect(output).toContain("NIGHTLATCH_KEYS is not set");
    expect(output).toContain("crypto.randomBytes(32)");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("makes no demo account, and prints none", async () => {
    const system = await startSystem({ env: { ...(await freshServer()), NODE_ENV, DEMO_DATA: "on" } });
    for (const username of ["admin", "member", "guest"]) {
      const answer = await call("POST", `${system.users}/auth/login`, { json: { username, password: DEMO_PASSWORD } });
      expectProblem(answer, 401, "credentials_invalid");
    }
    expect(system.output()).not.toContain(DEMO_PASSWORD);
    for (const line of system.output().trim().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
    expect(await system.stop()).toBe(0);
  });

  test("does not start on data that holds demo accounts", async () => {
    const server = await freshServer();
    await (await startSystem({ env: server })).stop();
    expect(await refusal({ ...server, NODE_ENV })).toContain("demo accounts");
  });

  test("takes no password that is tried first, in any case and width; development does, where examples use some", async () => {
    const system = await startSystem({ env: { ...(await freshServer()), NODE_ENV } });
    const register = (users: string, username: string, password: string) =>
      call("POST", `${users}/auth/register`, { json: { name: "A Person", username, email: `${username}@example.com`, password } });
    for (const password of [
      "password123",
      "Password123",
      "ｐａｓｓｗｏｒｄ１２３",
      "P@ssw0rd",
      "qwertyuiop",
      "12345678",
      "iloveyou",
      "Summer2026",
    ]) {
      const answer = await register(system.users, "somebody", password);
      expectProblem(answer, 422, "input_invalid");
      expect(answer.body.errors).toEqual([{ path: "password", message: expect.stringContaining("tried first") }]);
    }
    for (const password of ["a long enough one", "password123 and more", "fernhill-4-lanterns"]) {
      expect((await register(system.users, `u${password.length}`, password)).status).toBe(201);
    }
    await system.stop();
    const trying = await startSystem({ env: await freshServer() });
    expect((await register(trying.users, "testuser", "password123")).status).toBe(201);
    await trying.stop();
  });
});

describe("an address that others can reach", () => {
  test("starts without demo data, and shows nobody the mail", async () => {
    // What is not written as this machine's own address counts as one that others can reach. This one they can't.
    const system = await startSystem({ env: { ...(await freshServer()), HOST: "::ffff:127.0.0.1", DEMO_DATA: "off" } });
    expect((await call("GET", `${system.users}/inbox`)).status).toBe(404);
    expectProblem(
      await call("POST", `${system.users}/auth/login`, { json: { username: "admin", password: DEMO_PASSWORD } }),
      401,
      "credentials_invalid",
    );
    expect(system.output()).not.toContain(DEMO_PASSWORD);
    expect(await system.stop()).toBe(0);
  });

  test("does not start on data that holds demo accounts", async () => {
    const server = await freshServer();
    await (await startSystem({ env: server })).stop();
    expect(await refusal({ ...server, HOST: "0.0.0.0", DEMO_DATA: "off" })).toContain("demo accounts");
  });
});

describe("keys", () => {
  test("wrong ones stop the start with a message, and lose nothing", async () => {
    const server = await freshServer();
    const system = await startSystem({ env: server });
    const token = await tokenOf(system.users, "member", DEMO_PASSWORD);
    const { recoveryCodes } = await enrol(system.users, token);
    await system.stop();

    const wrong = newKeys();
    for (const NIGHTLATCH_KEYS of [wrong, wrong.replace("k1", "k2"), `${wrong.replace("k1", "k2")},${wrong}`]) {
      const output = await refusal({ ...server, NIGHTLATCH_KEYS });
      expect(output).toMatch(/Put the (right|missing) key back/);
      expect(output).not.toContain(NIGHTLATCH_KEYS.slice(3));
    }
    expect(await refusal({ ...server, NIGHTLATCH_KEYS: "nonsense" })).toContain("Make a key with");

    const again = await startSystem({ env: server });
    expect((await call("GET", `${again.users}/auth/mfa/status`, { token })).body.mfa_enabled).toBe(true);
    const json = { username: "member", password: DEMO_PASSWORD, mfa_code: recoveryCodes[0] };
    expect((await call("POST", `${again.users}/auth/login-mfa`, { json })).status).toBe(200);
    await again.stop();
  });

  test("in development they are made once, for the owner's eyes, and reused; without them the data is not touched", async () => {
    const { DATABASE_URL } = await freshServer();
    const folder = newFolder();
    const env = { DATABASE_URL, NIGHTLATCH_DATA: folder };
    const system = await startSystem({ env });
    const token = await tokenOf(system.users, "member", DEMO_PASSWORD);
    await system.stop();
    const file = join(folder, "keyring");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["keyring"]);
    const made = readFileSync(file, "utf8");

    renameSync(file, `${file}.away`);
    expect(await refusal(env)).toContain(`${file} is missing`);
    expect(readdirSync(folder)).toEqual(["keyring.away"]);

    renameSync(`${file}.away`, file);
    const again = await startSystem({ env });
    expect((await call("GET", `${again.users}/users/me`, { token })).status).toBe(200);
    expect(readFileSync(file, "utf8")).toBe(made);
    await again.stop();
  });
});

describe("what it is told has to make sense", () => {
  test.each([["users"], ["bookings"]])("--service %s needs a database server", async (service) => {
    expect(await refusal({}, ["--service", service])).toContain("DATABASE_URL=postgresql://");
  });

  test.each([
    ["an unknown service", {}, ["--service", "kitchen"], "--service is one of: users, rooms, bookings, reviews"],
    ["an unknown argument", {}, ["--port", "1"], "Usage:"],
    ["a port that is none", { USERS_PORT: "70000" }, [], "USERS_PORT is a port number"],
    [
      "a process that has no address",
      { ROOMS_PROCESSES: "http://127.0.0.1:1, kitchen:2" },
      [],
      "ROOMS_PROCESSES is http or https URLs with",
    ],
    [
      "a process that is named twice",
      { ROOMS_PROCESSES: "http://127.0.0.1:1,http://127.0.0.1:1/" },
      [],
      "ROOMS_PROCESSES names each process",
    ],
    ["a service that is at no address", { USERS_URL: "ftp://127.0.0.1" }, [], "USERS_URL is an http or https URL"],
    ["a database that is not PostgreSQL", { DATABASE_URL: "mysql://localhost/x" }, [], "DATABASE_URL is a PostgreSQL"],
    ["an unknown level", { LOG_LEVEL: "loud" }, [], "LOG_LEVEL is a pino level"],
    ["demo accounts for all to reach", { HOST: "0.0.0.0" }, [], "HOST is 0.0.0.0, which others can reach, and demo accounts"],
    ["a year that is none", { BOOKING_DAYS_AHEAD: "0" }, [], "BOOKING_DAYS_AHEAD is a whole number from 1 to"],
    ["a rotation that is none", {}, ["--now"], "--now belongs to --rotate-signing-key"],
    ["half a switch", { DEMO_DATA: "maybe" }, [], 'DEMO_DATA is "on" or "off"'],
  ])("%s", async (_, env, args, message) => {
    expect(await refusal(env, args)).toContain(message);
  });

  test("a database server that does not answer is told, without the password", async () => {
    const DATABASE_URL = `postgresql://somebody:canary-password@127.0.0.1:${await freePort()}/x`;
    const output = await refusal({ DATABASE_URL });
    expect(output).toContain("DATABASE_URL");
    expect(output).toContain("ECONNREFUSED");
    expect(output).not.toContain("canary-password");
  });

  test("a port in use is told, and nothing is left behind", async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    const output = await refusal({ ...(await freshServer()), BOOKINGS_PORT: String(port) });
    expect(output).toContain(`Port ${port}`);
    expect(output).toContain("BOOKINGS_PORT");
    await new Promise((resolve) => server.close(resolve));
  });

  test("a data folder that can't be made", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    expect(await refusal({ NIGHTLATCH_DATA: join(file, "below") })).toContain("NIGHTLATCH_DATA");
  });
});
