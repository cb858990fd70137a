import { once } from "node:events";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { hasTool, runTool } from "@nightlatch/internal-services";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { services } from "../src/services.ts";
import { DEMO_PASSWORD } from "./support/demo.ts";
import { tokenOf } from "./support/http.ts";
import { type Front, laidOut, nginxInFrontOf } from "./support/nginx.ts";
import { startOnServer } from "./support/server.ts";
import { endAll, type Started } from "./support/system.ts";

const folder = fileURLToPath(new URL("../deploy/", import.meta.url));
const read = (file: string): string => readFileSync(join(folder, file), "utf8");

/** The variables that the compose file asks for, as its example names them. */
const secrets = [...read(".env.example").matchAll(/^([A-Z_]+)=/gm)].map(([, name = ""]) => name);

describe("the files of the deployment", () => {
  test("compose runs every service, and passes every variable of its example on", () => {
    const file = read("compose.yaml");
    for (const { name, port } of services) {
      expect(file).toContain(`command: ["--service", "${name}"]`);
      expect(file).toContain(`"127.0.0.1:${port}:${port}"`);
    }
    for (const name of secrets) expect(file).toContain(`\${${name}`);
    // Nothing is published to the world.
    for (const [, address] of file.matchAll(/ports: \["([^"]+)"\]/g)) expect(address).toMatch(/^127\.0\.0\.1:/);
  });

  test.skipIf(!hasTool("docker-compose"))("compose's form is right, and a missing secret is told", async () => {
    const args = ["-f", join(folder, "compose.yaml"), "config", "-q"];
    const env = { PATH: process.env.PATH, ...Object.fromEntries(secrets.map((name) => [name, "x"])) };
    await runTool("docker-compose", args, { env, cwd: folder });
    const { NIGHTLATCH_KEYS: _, ...without } = env as Record<string, string>;
    await expect(runTool("docker-compose", args, { env: without, cwd: tmpdir() })).rejects.toThrow("NIGHTLATCH_KEYS");
  });

  test("nginx knows every service, and keeps figures and mails inside", () => {
    const file = read("nginx.conf");
    for (const { port } of services) expect(file).toContain(`server 127.0.0.1:${port};`);
    for (const path of ["/metrics", "/health", "/inbox"]) expect(file).toContain(`location = ${path} { return 404; }`);
  });

  describe.skipIf(!hasTool("nginx") || !hasTool("openssl"))("nginx", () => {
    test("takes its configuration", async () => {
      const { configuration } = await laidOut();
      const { stderr } = await runTool("nginx", ["-t", "-c", configuration]);
      expect(stderr).toContain("test is successful");
      expect(stderr).not.toContain("warn");
    });

    describe("in front of the system", () => {
      let system: Started;
      let front: Front;
      beforeAll(async () => {
        system = await startOnServer();
        front = await nginxInFrontOf(system);
      });
      afterAll(async () => {
        await front?.stop();
        await endAll();
      });

      const read = async (path: string, options: Parameters<Front["send"]>[2] = {}, method = "GET") => {
        const answer = await front.send(method, path, options);
        const body = await text(answer);
        return { status: answer.statusCode, headers: answer.headers, body };
      };

      test("leads from HTTP to HTTPS, and to every service", async () => {
        const plain = await fetch(`${front.plain}/rooms?limit=1`, { redirect: "manual" });
        expect([plain.status, plain.headers.get("Location")]).toEqual([301, expect.stringMatching(/^https:.*\/rooms\?limit=1$/)]);
        const headers = { Authorization: `Bearer ${await tokenOf(system.users, "admin", DEMO_PASSWORD)}` };
        for (const path of ["/users/me", "/rooms?limit=1", "/bookings?limit=1", "/reviews?limit=1", "/analytics/dashboard/overview"]) {
          const answer = await read(path, { headers });
          expect({ path, status: answer.status }).toEqual({ path, status: 200 });
          expect(answer.headers["strict-transport-security"]).toContain("max-age=");
          expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
          expect(answer.headers.server).toBe("nginx");
        }
        expect((await read("/.well-known/jwks.json")).status).toBe(200);
        for (const path of ["/metrics", "/health", "/inbox"]) expect((await read(path)).status).toBe(404);
        expect((await read("/auth/login", { body: "x".repeat(40_000) }, "POST")).status).toBe(413);
      });

      test("hands live updates on as they come", async () => {
        const headers = { Authorization: `Bearer ${await tokenOf(system.users, "member", DEMO_PASSWORD)}` };
        for (const path of ["/events", "/analytics/live"]) {
          const admin = { Authorization: `Bearer ${await tokenOf(system.users, "admin", DEMO_PASSWORD)}` };
          const stream = await front.send("GET", path, { headers: path === "/events" ? headers : admin });
          const [first] = await once(stream, "data");
          expect(String(first)).toContain("event: resync");
          stream.destroy();
        }
      });

      test("says whose address it was, whatever that one says, and lets nobody try passwords in a flood", async () => {
        const login = (n: number) => {
          const headers = { "Content-Type": "application/json", "X-Forwarded-For": `192.0.2.${n}` };
          return read("/auth/login", { headers, body: JSON.stringify({ username: "guest", password: "not the password" }) }, "POST");
        };
        const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => login(n)));
        const ofService = answers.filter(({ headers }) => headers["content-type"]?.includes("problem+json"));
        // Ten are judged, as if they had come from one address. What is beyond the burst does not reach a service at all.
        expect(ofService.filter(({ status }) => status === 401)).toHaveLength(10);
        expect(ofService.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
        expect(answers.filter(({ status }) => status === 429).length).toBe(50);
        expect(ofService.length).toBeLessThan(60);
      });

      test("lets nobody try in a flood what opens a session, however the address is spelt", async () => {
        const body = JSON.stringify({ username: "guest", password: "not the password", code: "123456" });
        const flood = (path: string) =>
          Array.from({ length: 12 }, () => read(path, { headers: { "Content-Type": "application/json" }, body }, "POST"));
        const spellings = [
          "/auth/login/",
          "/auth/LOGIN",
          "//auth/login",
          "/auth/%6Cogin",
          "/auth/mfa/verify",
          "/auth/mfa/setup/",
          "/api/auth/Login/",
        ];
        const statuses: (number | undefined)[] = [];
        for (const path of spellings) statuses.push(...(await Promise.all(flood(path))).map(({ status }) => status));
        // The burst is ten; what comes in while that goes on is five in a second.
        expect(statuses.filter((status) => status !== 429).length).toBeLessThan(40);
        expect(statuses).not.toContain(200);
      });
    });
  });
});
