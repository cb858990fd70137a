import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD } from "./support/demo.ts";
import { call, claimsOf, expectProblem, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";
import { endAll, startSystem } from "./support/system.ts";

const PROGRAM = fileURLToPath(new URL("../../../packages/core/src/cli/main.ts", import.meta.url));
const run = promisify(execFile);

afterAll(endAll);

test("whose second factor an operator resets from a shell signs in with the password alone, and enrols anew", async () => {
  const env = await freshServer();
  const system = await startSystem({ env });
  const member = { username: "member", password: DEMO_PASSWORD };
  const login = () => call("POST", `${system.users}/auth/login`, { json: member });
  const token = await tokenOf(system.users, member.username, member.password);
  const before = await enrol(system.users, token);
  expectProblem(await login(), 401, "mfa_required");

  const admin = await tokenOf(system.users, "admin", DEMO_PASSWORD);
  const { authenticator } = await enrol(system.users, admin);
  const idOf = async (name: string): Promise<string> =>
    (await call("GET", `${system.users}/users?search=${name}`, { token: admin })).body.items.find(
      ({ username }: { username: string }) => username === name,
    ).id;
  const [subject, actor] = [await idOf("member"), await idOf("admin")];
  const args = ["subject", "reset", subject, "--actor", actor, "--reason", "phone lost", "--code", await authenticator.next()];
  const { PATH = "" } = process.env;
  const { stdout } = await run(process.execPath, [PROGRAM, ...args], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...env, PATH },
  });
  expect(stdout).toContain(subject);

  // The app's own memory of who has enrolled catches up.
  await expect.poll(async () => (await login()).status, { timeout: 60_000 }).toBe(200);
  const { body } = await login();
  expect(claimsOf(body.access_token).amr).toEqual(["pwd"]);
  expectProblem(
    await call("POST", `${system.users}/auth/mfa/verify`, { token, json: { code: before.recoveryCodes[0] } }),
    401,
    "code_invalid",
  );
  await enrol(system.users, body.access_token);
  expectProblem(await login(), 401, "mfa_required");
});
