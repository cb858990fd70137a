import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { hasTool, zbarimg } from "@nightlatch/internal-services";
import { afterAll, describe, expect, test } from "vitest";
import { oathAuthenticator } from "./support/authenticator.ts";
import { startOnServer } from "./support/server.ts";
import { endAll } from "./support/system.ts";

afterAll(endAll);

describe.skipIf(!hasTool("oathtool") || !hasTool("curl"))("the printed guide", () => {
  test("does what it says when it is pasted into a shell", async () => {
    const system = await startOnServer();
    const lines = system.output().split("\n");
    const script = lines.slice(
      lines.findIndex((line) => line.includes("U=http")),
      lines.findIndex((line) => line.includes("Who is enrolled")),
    );
    expect(script.filter((line) => line.includes("CODE=123456"))).toHaveLength(3);

    // Where a person would type a code, the shell reads one from the authenticator.
    const pasted = script.map((line) => line.replace("CODE=123456", "read -r CODE <&3")).join("\n");
    const folder = mkdtempSync(join(tmpdir(), "meeting-rooms-guide-"));
    const shell = spawn("bash", ["-c", pasted], { cwd: folder, stdio: ["ignore", "pipe", "inherit", "pipe"] });
    let output = "";
    let typing: Promise<void> | undefined;
    shell.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const [secret] = /^[A-Z2-7]{32}$/m.exec(output) ?? [];
      if (secret) typing ??= typeCodes(secret, shell.stdio[3] as Writable);
    });
    expect(await new Promise((resolve) => shell.once("close", resolve))).toBe(0);
    await typing;

    expect(output).toContain('"mfa_enabled":true');
    expect(output).toContain('"code":"mfa_required"');
    expect(output).toContain('error="insufficient_user_authentication"');
    expect(output).toMatch(/HTTP\/1\.1 200 OK[\s\S]*"title":"Try-out"[\s\S]*"status":"cancelled"/);
    if (hasTool("zbarimg"))
      expect(await zbarimg(readFileSync(join(folder, "qr.png")))).toMatch(/^otpauth:\/\/totp\/Smart%20Meeting%20Rooms:member\?/);
    expect(await system.stop()).toBe(0);
  });
});

async function typeCodes(secret: string, keyboard: Writable): Promise<void> {
  const app = oathAuthenticator(secret);
  for (let n = 0; n < 3; n += 1) keyboard.write(`${await app.next()}\n`);
  keyboard.end();
}
