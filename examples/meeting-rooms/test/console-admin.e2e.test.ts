import { hasTool } from "@nightlatch/internal-services";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEMO_PASSWORD } from "../src/demo/catalogue.ts";
import { type Authenticator, enrol } from "./support/authenticator.ts";
import { consolePages, expectAccessible, picture, signIn, startWithConsole, type WithConsole } from "./support/console.ts";
import { call, tokenOf } from "./support/http.ts";
import { endAll } from "./support/system.ts";

// What an administrator who is enrolled deletes, and the dialogs that stand in front of it.

describe.skipIf(!hasTool("chromium"))("an enrolled administrator in Chromium", () => {
  const chromium = consolePages();
  let system: WithConsole;
  let phone: Authenticator;
  let token: string;
  beforeAll(async () => {
    system = await startWithConsole();
    token = await tokenOf(system.users, "admin", DEMO_PASSWORD);
    ({ authenticator: phone } = await enrol(system.users, token));
  });
  afterAll(endAll);

  /** Signs in with a code; a page that is opened after that has no grant of it. */
  async function signedIn(): Promise<Page> {
    const page = await chromium.page(system.console);
    await signIn(page, "admin");
    await page.getByRole("heading", { name: "Enter your code" }).waitFor();
    await page
      .getByRole("textbox", { name: /code/i })
      .first()
      .fill(await phone.next());
    await page.getByRole("link", { name: "My bookings" }).first().waitFor();
    return page;
  }

  /** How the service answered each request to delete. */
  function deletions(page: Page): number[] {
    const statuses: number[] = [];
    page.on("response", (response) => void (response.request().method() === "DELETE" && statuses.push(response.status())));
    return statuses;
  }

  test("a room: named, asked for a code, and only then deleted; the grant of it deletes a user without another", async () => {
    const page = await signedIn();
    await page.goto("/?q=Workshop");
    await page.getByRole("link", { name: "Workshop", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Workshop" }).waitFor();
    const room = new URL(page.url()).pathname;
    const statuses = deletions(page);

    await page.getByRole("button", { name: "Delete room" }).click();
    const asking = page.getByRole("dialog", { name: "Delete Workshop?" });
    await asking.getByText("Its bookings to come are cancelled. You may be asked for a code.").waitFor();
    await expectAccessible(page);
    await picture(page, "delete-room", false);
    await asking.getByRole("button", { name: "Delete room" }).click();
    const stepUp = page.getByRole("dialog", { name: /Confirm it’s you to delete Workshop/ });
    await stepUp.waitFor();
    await expectAccessible(page);
    await picture(page, "delete-room-step-up", false);

    // Closed without a code, the room stays, and so does the question.
    await page.keyboard.press("Escape");
    await expect.poll(() => stepUp.count()).toBe(0);
    expect((await call("GET", `${system.rooms}${room}`, { token })).status).toBe(200);
    await asking.getByRole("button", { name: "Delete room" }).click();
    await stepUp.getByRole("textbox", { name: /code/i }).fill(await phone.wrong());
    await stepUp.getByRole("button", { name: "Confirm and delete" }).click();
    await stepUp.getByText(/That code didn’t match/).waitFor();
    expect((await call("GET", `${system.rooms}${room}`, { token })).status).toBe(200);
    await stepUp.getByRole("textbox", { name: /code/i }).fill(await phone.next());
    await stepUp.getByRole("button", { name: "Confirm and delete" }).click();
    await page.getByRole("grid").waitFor();
    expect((await call("GET", `${system.rooms}${room}`, { token })).status).toBe(404);
    expect(statuses).toEqual([401, 401, 204]);

    await page.getByRole("link", { name: "Users" }).click();
    await page.getByRole("searchbox").fill("guest");
    await page.getByRole("row").filter({ hasText: "guest" }).hover();
    await page.getByRole("button", { name: /^Delete user/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete user" }).click();
    await page.getByText(/^Deleted: /).waitFor();
    // Refused once more, and then let through with the grant: nobody was asked.
    expect(statuses).toEqual([401, 401, 204, 401, 204]);
  });

  test("a user: named, asked for a code, and only then deleted", async () => {
    const page = await signedIn();
    await page.goto("/users?q=member");
    const statuses = deletions(page);
    const row = page.getByRole("row").filter({ hasText: "member@example.com" });
    await row.hover();
    await row.getByRole("button", { name: /^Delete user/ }).click();
    const asking = page.getByRole("dialog", { name: "Delete Demo Member?" });
    await asking.getByText("The account member, its authenticators and its bookings to come are removed.").waitFor();
    await expectAccessible(page);
    await picture(page, "delete-user", false);
    // It stands in the middle of the window.
    const { y = 0, height = 0 } = (await asking.boundingBox()) ?? {};
    expect(Math.abs(y + height / 2 - (page.viewportSize()?.height ?? 0) / 2)).toBeLessThanOrEqual(1);
    await asking.getByRole("button", { name: "Delete user" }).click();
    const stepUp = page.getByRole("dialog", { name: "Confirm it’s you to delete Demo Member" });
    await stepUp.getByText("member@example.com").waitFor();
    await picture(page, "delete-user-step-up", false);
    await stepUp.getByRole("textbox", { name: /code/i }).fill(await phone.next());
    await stepUp.getByRole("button", { name: "Confirm and delete" }).click();
    await page.getByText("Deleted: Demo Member.").waitFor();
    await expect.poll(() => row.count()).toBe(0);
    expect(statuses).toEqual([401, 204]);
    const gone = await call("POST", `${system.users}/auth/login`, { json: { username: "member", password: DEMO_PASSWORD } });
    expect(gone.status).toBe(401);
  });
});
