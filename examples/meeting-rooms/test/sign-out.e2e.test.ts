import { freePort, hasTool } from "@nightlatch/internal-services";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";
import { consolePages, expectAccessible, signIn, startConsole } from "./support/console.ts";
import { gateTo } from "./support/gate.ts";
import { call } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { endAll } from "./support/system.ts";

describe.skipIf(!hasTool("chromium"))("signing out in Chromium", () => {
  afterAll(endAll);
  const pages = consolePages();

  const signOut = async (page: Page): Promise<void> => {
    await page.locator(".account-menu summary").click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  };

  test("who is signed out in this browser alone is told so, and who may not be, too", async () => {
    const system = await startOnServer();
    const gate = await gateTo(Number(new URL(system.users).port));
    const port = await freePort();
    const behindGate = { ...system, users: `http://127.0.0.1:${gate.port}` };
    const console = await startConsole(behindGate, port);
    const page = await pages.page(console.url);
    const told = page.getByText("You are signed out in this browser.");
    const unknown = page.getByText("The console did not answer: this browser may still be signed in.");

    await signIn(page, "member");
    await signOut(page);
    expect([await told.count(), await unknown.count()]).toEqual([0, 0]);

    await signIn(page, "member");
    await page.locator(".account-menu").waitFor();
    const [cookie] = await page.context().cookies();
    await gate.close();
    await signOut(page);
    await page.getByText("The session ends by itself within 30 minutes: the users service could not be told.").waitFor();
    await expectAccessible(page);
    expect(await page.context().cookies()).toEqual([]);
    // It is no more than what is true: the service has not heard of it.
    const me = await call("GET", `${system.users}/users/me`, { token: cookie?.value ?? "" });
    expect([me.status, me.body.username]).toEqual([200, "member"]);
    await gate.open();
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();

    await signIn(page, "member");
    await page.locator(".account-menu").waitFor();
    await console.stop();
    await signOut(page);
    await unknown.waitFor();
    expect(await page.context().cookies()).toHaveLength(1);
    await startConsole(behindGate, port);
    await page.getByRole("button", { name: "Sign out again" }).click();
    await expect.poll(() => unknown.count()).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    expect(await told.count()).toBe(0);
  });
});
