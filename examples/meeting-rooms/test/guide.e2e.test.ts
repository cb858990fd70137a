import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { hasTool, zbarimg } from "@nightlatch/internal-services";
import { afterAll, describe, expect, test } from "vitest";
import { type Authenticator, oathAuthenticator } from "./support/authenticator.ts";
import { startOnServer } from "./support/server.ts";
import { endAll } from "./support/system.ts";

afterAll(endAll);

/** What the shell prints when it wants a code. */
const ASKED = "The next code, please.";

describe.skipIf(!hasTool("oathtool") || !hasTool("curl"))("the printed guide", () => {
  test("does what it says when it is pasted into a shell", async () => {
    const system = await startOnServer();
    const lines = system.output().split("\n");
    const script = lines.slice(
      lines.findIndex((line) => line.includes("U=http")),
      lines.findIndex((line) => line.includes("Who is enrolled")),
    );
    expect(script.filter((line) => line.includes("CODE=123456"))).toHaveLength(3);

    // Where a person would type a code, the shell asks for one and reads it from the authenticator.
    const pasted = script.map((line) => line.replace("CODE=123456", `echo "${ASKED}"; read -r CODE <&3`)).join("\n");
    const folder = mkdtempSync(join(tmpdir(), "meeting-rooms-guide-"));
    const env = { PATH: process.env.PATH, HOME: folder, no_proxy: "*" };
    const shell = spawn("bash", ["-c", pasted], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit", "pipe"] });
    const closed = new Promise((resolve) => shell.once("close", resolve));
    const keyboard = shell.stdio[3] as Writable;
    let output = "";
    let app: Authenticator | undefined;
    for await (const line of createInterface({ input: shell.stdout as Readable })) {
      output += `${line}\n`;
      if (/^[A-Z2-7]{32}$/.test(line)) app = oathAuthenticator(line);
      if (line === ASKED) keyboard.write(`${await app?.next()}\n`);
    }
    expect(await closed).toBe(0);

    expect(output).toContain('"mfa_enabled":true');
    expect(output).toContain('"code":"mfa_required"');
    expect(output).toContain('error="insufficient_user_authentication"');
    expect(output).toMatch(/HTTP\/1\.1 200 OK[\s\S]*"title":"Try-out"[\s\S]*"status":"cancelled"/);
    if (hasTool("zbarimg"))
      expect(await zbarimg(readFileSync(join(folder, "qr.png")))).toMatch(/^otpauth:\/\/totp\/Smart%20Meeting%20Rooms:member\?/);
    expect(await system.stop()).toBe(0);
  });
});
