import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromBase32, totp } from "@nightlatch/core/otp";
import { describe, expect, onTestFinished, test } from "vitest";
import { execute, root } from "../../../scripts/gate.ts";
import { isFresh } from "../../../scripts/libraries.ts";

const ENVIRONMENT = { ...process.env, NODE_ENV: "production", NODE_OPTIONS: "", NEXT_TELEMETRY_DISABLED: "1", PORT: "0" };
const folderOf = (name: string): string => join(root, "examples", `quickstart-${name}`);

/** Starts a program until the test ends, and gives the address that it says it listens on. */
function started(cwd: string, args: string[]): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, args, { cwd, env: ENVIRONMENT, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  });
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const [url] = /http:\/\/[\w.]+:[1-9]\d*/.exec(said) ?? [];
      if (url) resolve(url);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => reject(new Error(`It ended with ${code}: ${said}`)));
  });
}

/** What a person does: signs in, enrols, proves it, and signs in again with two steps. */
async function story(url: string): Promise<void> {
  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const type = body ? { "content-type": "application/json" } : {};
    const response = await fetch(url + path, { method, headers: { ...type, ...headers }, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await response.text();
    const [cookie = ""] = (response.headers.getSetCookie()[0] ?? "").split(";");
    const parsed = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, cookie, body: parsed };
  };
  const login = { email: "ada@example.com", password: "correct horse" };
  expect((await call("POST", "/login", { ...login, password: "wrong" })).status).toBe(401);
  const first = await call("POST", "/login", login);
  expect(first.body).toEqual({ signed_in: login.email });
  const session = { cookie: first.cookie };
  expect((await call("DELETE", "/account", undefined, session)).body).toEqual({ deleted: true });

  const { body: begun } = await call("POST", "/auth/mfa/setup", {}, session);
  const now = Date.now();
  const code = (step: number) => totp(fromBase32(String(begun.secret)), now + step * 30_000);
  const enabled = await call("POST", "/auth/mfa/enable", { code: code(0) }, session);
  expect(enabled.body.recovery_codes).toHaveLength(10);
  const refused = await call("DELETE", "/account", undefined, session);
  expect(refused.body).toMatchObject({ code: "step_up_required", status: 401, challenge: expect.any(String) });
  expect(refused.headers.get("www-authenticate")).toContain("insufficient_user_authentication");
  const proved = await call("DELETE", "/account", undefined, { ...session, "mfa-grant": String(enabled.body.grant) });
  expect(proved.body).toEqual({ deleted: true });
  const foreign = await call("DELETE", "/account", undefined, { ...session, "x-mfa-code": code(1), origin: "https://evil.example" });
  expect(foreign.body.code).toBe("origin_refused");

  const second = await call("POST", "/login", login);
  expect(second.body).toMatchObject({ code: "mfa_required", methods: ["totp", "recovery_code"], enrol: false });
  expect(second.cookie).toBe("");
  const headers = { "mfa-challenge": String(second.body.challenge) };
  const done = await call("POST", "/auth/mfa/verify", { code: code(1) }, headers);
  expect(done.body).toMatchObject({ amr: ["pwd", "otp", "mfa"] });
  const status = await call("GET", "/auth/mfa/status", undefined, { cookie: done.cookie });
  expect(status.body).toMatchObject({ mfa_enabled: true, username: login.email });
  const deleted = await call("DELETE", "/account", undefined, { cookie: done.cookie, "mfa-grant": String(done.body.grant) });
  expect(deleted.body).toEqual({ deleted: true });

  // What the app remembers of the enrolment goes with it.
  const off = await call("POST", "/auth/mfa/disable", {}, { cookie: done.cookie, "mfa-grant": String(done.body.grant) });
  expect(off.body).toEqual({ mfa_enabled: false });
  expect((await call("DELETE", "/account", undefined, { cookie: done.cookie })).body).toEqual({ deleted: true });
  expect((await call("POST", "/login", login)).body).toEqual({ signed_in: login.email });
}

describe.each(["express", "fastify"])("quickstart-%s", (name) => {
  test("runs by one command, from the login to a second step and a guarded route", async () => {
    const { scripts } = JSON.parse(await readFile(join(folderOf(name), "package.json"), "utf8")) as { scripts: { start: string } };
    const [program, ...args] = scripts.start.split(" ");
    expect(program).toBe("node");
    await story(await started(folderOf(name), args));
  });

  test("is one file of at most 60 lines", async () => {
    const lines = (await readFile(join(folderOf(name), "app.ts"), "utf8")).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(60);
  });
});

test("quickstart-next is built, and started, and does the same", async () => {
  if (!(await isFresh("core"))) throw new Error("packages/core/dist is missing or older than its sources. Run: npm run build");
  const folder = folderOf("next");
  const next = join("node_modules", "next", "dist", "bin", "next");
  const { ok, output } = await execute(process.execPath, [next, "build"], folder, ENVIRONMENT);
  expect(ok, output).toBe(true);
  await story(await started(folder, [next, "start", "-H", "127.0.0.1", "-p", "0"]));
});
