import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasTool, runTool } from "@nightlatch/internal-services";
import { describe, expect, test } from "vitest";
import { services } from "../src/services.ts";

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

  test.skipIf(!hasTool("nginx") || !hasTool("openssl"))("nginx takes its configuration", async () => {
    const temporary = mkdtempSync(join(tmpdir(), "meeting-rooms-nginx-"));
    const at = (name: string): string => join(temporary, name);
    await runTool("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      at("key"),
      "-out",
      at("certificate"),
      "-subj",
      "/CN=x",
    ]);
    const site = read("nginx.conf")
      .replace(/\/etc\/letsencrypt\S+fullchain\.pem/, at("certificate"))
      .replace(/\/etc\/letsencrypt\S+privkey\.pem/, at("key"))
      .replace(/\/var\/log\/nginx\S+log/, at("log"));
    writeFileSync(at("site.conf"), site);
    writeFileSync(at("nginx.conf"), `pid ${at("pid")}; error_log ${at("error")}; events {} http { include ${at("site.conf")}; }`);
    const { stderr } = await runTool("nginx", ["-t", "-c", at("nginx.conf")]);
    expect(stderr).toContain("test is successful");
    expect(stderr).not.toContain("warn");
  });
});
