import { afterAll, expect, test } from "vitest";
import { enrol } from "./support/authenticator.ts";
import { DEMO_PASSWORD } from "./support/demo.ts";
import { call, expectProblem, tokenOf } from "./support/http.ts";
import { mailServer } from "./support/mail-server.ts";
import { freshServer, startOnServer } from "./support/server.ts";
import { endAll, newKeys, startSystem } from "./support/system.ts";

afterAll(endAll);

test("R32 what happens to a second factor is mailed to its owner, and by default lies in the inbox", async () => {
  const system = await startOnServer();
  const { grant, recoveryCodes } = await enrol(system.users, await tokenOf(system.users, "member", DEMO_PASSWORD));
  const inbox = async () => (await call("GET", `${system.users}/inbox`)).text;
  await expect.poll(inbox, { timeout: 60_000, interval: 250 }).toContain("member@example.com");
  const page = await inbox();
  expect(page).toContain("Smart Meeting Rooms");
  expect(page).not.toContain(grant);
  for (const code of recoveryCodes) expect(page).not.toContain(code);
  expect((await call("GET", `${system.users}/inbox`)).headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  expect(await system.stop()).toBe(0);
});

test("with SMTP_URL mails go to the server, once each, also when it turned them down at first; there is no inbox", async () => {
  const server = await mailServer();
  server.refuse(1);
  const env = { SMTP_URL: `smtp://127.0.0.1:${server.port}`, MAIL_FROM: "Rooms <rooms@example.com>" };
  const system = await startSystem({ env: { ...(await freshServer()), ...env } });
  expectProblem(await call("GET", `${system.users}/inbox`), 404, "not_found");
  await enrol(system.users, await tokenOf(system.users, "guest", DEMO_PASSWORD));
  await expect.poll(() => server.mails.length, { timeout: 90_000, interval: 250 }).toBe(1);
  expect(await system.stop()).toBe(0);
  server.close();
  const [mail = ""] = server.mails;
  expect(mail).toMatch(/^From: Rooms <rooms@example\.com>$/m);
  expect(mail).toMatch(/^To: guest@example\.com$/m);
  expect(mail).toMatch(/^Message-ID: <[\w-]+@example\.com>$/m);
  expect(server.mails).toHaveLength(1);
});

test("production has no inbox page, and says at its start that notices reach nobody", async () => {
  const { DATABASE_URL } = await freshServer();
  const system = await startSystem({ env: { DATABASE_URL, NIGHTLATCH_KEYS: newKeys(), NODE_ENV: "production" } });
  expectProblem(await call("GET", `${system.users}/inbox`), 404, "not_found");
  expect(system.output()).toContain("SMTP_URL is not set");
  expect(await system.stop()).toBe(0);
});
