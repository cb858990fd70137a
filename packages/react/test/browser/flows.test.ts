import { rm } from "node:fs/promises";
import { type VirtualAuthenticator, virtualAuthenticator } from "@nightlatch/core/testing";
import express from "express";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Host, type HostOptions, startHost } from "../support/host.ts";
import { builtPages, hasChromium, withBrowser } from "./support.ts";

const subject = { id: "ada", name: "ada@example.com", session: "s1" };

/** Under StrictMode effects run twice, which hides what runs in the wrong order: one of the two goes without. */
const LOOSE = { 18: {}, 19: { loose: "" } };

describe.skipIf(!hasChromium).each(["19", "18"] as const)("in Chromium, on a live Express server, React %s", (version) => {
  const browser = withBrowser();
  let folder: string;
  beforeAll(async () => {
    folder = await builtPages(version);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const start = (options: HostOptions = {}): Promise<Host> => startHost({ ...options, routes: (app) => app.use(express.static(folder)) });
  const open = async (host: Host, page: Page, show: string, as = "ada:s1"): Promise<void> => {
    await page.goto(`${host.url}/test/browser/host.html?${new URLSearchParams({ show, ...(as && { as }), ...LOOSE[version] })}`);
  };
  const enrolled = async ({ mfa, clock }: Host): Promise<{ phone: VirtualAuthenticator; codes: string[] }> => {
    const setup = await mfa.factors.setup(subject, {});
    if (!setup.ok) throw new Error(setup.reason);
    const phone = virtualAuthenticator({ uri: setup.uri, clock });
    const enabled = await mfa.factors.enable(subject, { code: phone.code(), factorId: setup.factorId });
    if (!enabled.ok) throw new Error(enabled.reason);
    phone.next();
    return { phone, codes: enabled.recoveryCodes ?? [] };
  };

  test("on a phone the key opens in the authenticator's app, and nothing that an answer puts in its place does", async () => {
    const host = await start();
    for (const [uri, links] of [
      [undefined, 1],
      ["javascript:void(document.title='run')", 0],
      ["https://elsewhere.example/", 0],
    ] as const) {
      const page = await browser.page({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
      await page.route("**/setup", async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...(await response.json()), ...(uri === undefined ? {} : { uri }) } });
      });
      await open(host, page, "wizard");
      await page.getByRole("button", { name: "Copy key" }).waitFor();
      expect({ uri, links: await page.getByRole("link", { name: "Open authenticator app" }).count() }).toEqual({ uri, links });
    }
  });

  test("the whole wizard: scanned, a wrong code, a right one, codes behind their gate, done", async () => {
    const host = await start();
    const page = await browser.page();
    await open(host, page, "wizard");
    const picture = page.getByRole("img", { name: /QR code for Fernhill/ });
    const phone = virtualAuthenticator({ qr: (await picture.getAttribute("src")) ?? "", clock: host.clock });
    expect(phone.issuer).toBe("Fernhill");
    await page.getByText("Can’t scan?").click();
    const key = ((await page.getByRole("group", { name: "Key" }).textContent()) ?? "").replace(/\s/g, "");
    expect(phone.uri).toContain(`secret=${key}`);
    await page.getByRole("button", { name: "Continue" }).click();

    const field = page.getByLabel("Code", { exact: true });
    await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true);
    await page.keyboard.type(phone.wrongCode());
    await page.getByText("That code didn’t match. 4 tries left.").waitFor();
    expect(await field.evaluate((input: HTMLInputElement) => [input.selectionStart, input.selectionEnd, input.ariaInvalid])).toEqual([
      0,
      6,
      "true",
    ]);
    // A ring is drawn round what a key has brought the focus to, and can be used.
    await page.keyboard.press("Tab");
    const back = page.getByRole("button", { name: "Back" });
    expect(await back.evaluate((button) => [button === document.activeElement, getComputedStyle(button).outlineStyle])).toEqual([
      true,
      "solid",
    ]);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.type(phone.code());

    const heading = page.getByRole("heading", { name: "Save your recovery codes" });
    await expect.poll(() => heading.evaluate((words) => words.matches(":focus-visible"))).toBe(true);
    expect(await heading.evaluate((words) => getComputedStyle(words).outlineStyle)).toBe("none");
    const codes = await page
      .getByRole("listitem")
      .filter({ hasText: /^\w{4}-\w{4}-\w{4}-\w{4}$/ })
      .allInnerTexts();
    expect(codes).toHaveLength(10);
    // Not available yet, and still within reach of the keyboard.
    await page.getByRole("button", { name: "Continue" }).press("Enter");
    await page.getByText("Save your codes first.").waitFor();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
    expect(file.suggestedFilename()).toBe("fernhill-recovery-codes.txt");
    await page.getByLabel("I’ve saved my recovery codes").check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Two-step verification is on" }).waitFor();
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByLabel("Name").fill("Ada’s phone");
    await page.keyboard.press("Enter");
    await page.getByText("Ada’s phone").waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("Enrolled").waitFor();

    const status = await host.mfa.status(subject);
    expect([status.enabled, status.factors[0]?.name]).toEqual([true, "Ada’s phone"]);
    host.clock.advance("1m");
    expect(await host.mfa.verify({ subject, code: codes[3] ?? "" })).toMatchObject({ ok: true, recoveryCodesLeft: 9 });
  });

  test("three requests at once share one dialog, and each acts once; cancelled, none does", async () => {
    const host = await start();
    const { phone } = await enrolled(host);
    const page = await browser.page();
    await open(host, page, "step-up", "ada:s2");
    const asker = page.getByRole("button", { name: "Cancel three" });
    await asker.click();
    const dialog = page.getByRole("dialog", { name: "Confirm it’s you to cancel these bookings" });
    await dialog.waitFor();
    expect(await page.getByRole("dialog").count()).toBe(1);
    await page.keyboard.press("Escape");
    await page.getByText("step_up_cancelled").waitFor();
    expect([await asker.evaluate((button) => button === document.activeElement), host.acted]).toEqual([true, []]);

    await asker.click();
    await dialog.waitFor();
    // The guard is bound to nothing, so nothing of the sort is promised.
    expect(await dialog.getByText("nothing else").count()).toBe(0);
    await page.keyboard.type(phone.code());
    // The press is the consent: the last digit alone sends nothing.
    expect(host.asked.filter((asked) => asked.endsWith("/verify"))).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByText("200 200 200").waitFor();
    expect([...host.acted].sort()).toEqual(["/plain/1", "/plain/2", "/plain/3"].map((path) => `POST ${path} cancel ${path}`));
    await expect.poll(() => asker.evaluate((button) => button === document.activeElement)).toBe(true);
  });

  test("a sign-in locks, counts down by the clock, and takes a recovery code meanwhile", async () => {
    const host = await start();
    const { phone, codes } = await enrolled(host);
    const page = await browser.page();
    await page.clock.install();
    await open(host, page, "sign-in", "");
    await page.getByRole("button", { name: "Log in" }).click();
    const field = page.getByLabel("Code", { exact: true });
    await field.waitFor();
    const wrong = phone.wrongCode();
    for (const last of ["1", "2", "3", "4", "5"]) {
      await page.keyboard.type(`${wrong.slice(0, 5)}${last}`);
      if (last !== "5") await page.getByText(/tries left|try left/).waitFor();
      await page.clock.runFor(100);
    }
    const locked = page.getByRole("heading", { name: "Codes are locked for now" });
    await locked.waitFor();
    const timer = page.getByRole("timer");
    expect(await timer.textContent()).toMatch(/^(15:00|14:5\d)$/);
    await page.clock.runFor(60_000);
    expect(await timer.textContent()).toMatch(/^(14:00|13:5\d)$/);
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await page.getByRole("textbox", { name: "Recovery code" }).fill((codes[0] ?? "").toLowerCase().replaceAll("-", " "));
    await page.keyboard.press("Enter");
    await page.clock.runFor(2_000);
    await page.getByText("Signed in: ada:s9").waitFor();
  });

  test("settings: a recovery code that answers a request on the same page is counted at once", async () => {
    const host = await start();
    const { codes } = await enrolled(host);
    const page = await browser.page();
    await open(host, page, "account", "ada:s2");
    await page.getByText("10 of 10 left").waitFor();
    await page.getByRole("button", { name: "Cancel three" }).click();
    await page.getByRole("button", { name: "Try another way" }).click();
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await page.getByRole("textbox", { name: "Recovery code" }).fill(codes[0] ?? "");
    await page.keyboard.press("Enter");
    await page.getByText("200 200 200").waitFor();
    await page.getByText("9 of 10 left").waitFor();
  });

  test("settings: renamed, new codes, a second authenticator, one removed, turned off and on: all by keyboard", async () => {
    const host = await start();
    const { phone } = await enrolled(host);
    const page = await browser.page();
    await open(host, page, "settings", "ada:s2");
    const menu = page.getByRole("button", { name: /^More for/ });
    await menu.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Rename" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByLabel("Name").waitFor();
    await page.keyboard.type("Phone");
    await page.keyboard.press("Enter");
    await page.getByText("Phone", { exact: true }).waitFor();

    await page.getByRole("button", { name: "Get new codes" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Get new recovery codes?" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Confirm it’s you" }).waitFor();
    await page.keyboard.type(phone.code());
    if (await page.getByRole("dialog", { name: "Confirm it’s you" }).isVisible()) await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Save your recovery codes" }).waitFor();
    await page.getByLabel("I’ve saved my recovery codes").focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Continue" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("10 of 10 left").waitFor();

    // The grant that the code gave is fresh yet, so nothing more is asked.
    const adder = page.getByRole("button", { name: "Add authenticator" });
    await adder.focus();
    await page.keyboard.press("Enter");
    const wizard = page.getByRole("dialog", { name: "Add an authenticator" });
    const second = virtualAuthenticator({
      qr: (await wizard.getByRole("img", { name: /QR code/ }).getAttribute("src")) ?? "",
      clock: host.clock,
    });
    await wizard.getByRole("button", { name: "Continue" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => wizard.getByLabel("Code", { exact: true }).evaluate((input) => input === document.activeElement)).toBe(true);
    await page.keyboard.type(second.code());
    await wizard.getByRole("heading", { name: "Two-step verification is on" }).waitFor();
    // The recovery codes are those that there were.
    expect(await wizard.getByText("recovery codes").count()).toBe(0);
    await wizard.getByRole("button", { name: "Done" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => adder.evaluate((button) => button === document.activeElement)).toBe(true);
    await expect.poll(() => menu.count()).toBe(2);

    await page.getByRole("button", { name: "More for Phone" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Remove authenticator" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const removal = page.getByRole("dialog", { name: "Remove Phone?" });
    const [, other] = (await host.mfa.status(subject)).factors;
    await removal.getByText(`You still have ${other?.name}.`).waitFor();
    // The way back has the focus: removing takes a step of its own.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect.poll(() => menu.count()).toBe(1);
    expect((await host.mfa.status(subject)).factors).toEqual([other]);
    second.next();
    expect((await host.mfa.verify({ subject, code: phone.code() })).ok).toBe(false);
    expect((await host.mfa.verify({ subject, code: second.code() })).ok).toBe(true);

    await page.getByRole("button", { name: "Turn off" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: /Turn off two-step verification/ }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Turn on two-step verification" }).waitFor();
    expect((await host.mfa.status(subject)).enabled).toBe(false);

    await page.getByRole("button", { name: "Turn on two-step verification" }).focus();
    await page.keyboard.press("Enter");
    const first = page.getByRole("dialog", { name: "Set up two-step verification" });
    const third = virtualAuthenticator({
      qr: (await first.getByRole("img", { name: /QR code/ }).getAttribute("src")) ?? "",
      clock: host.clock,
    });
    await first.getByRole("button", { name: "Continue" }).press("Enter");
    await first.getByLabel("Code", { exact: true }).pressSequentially(third.code());
    // Behind it the page has changed to what is on now; what is done in front keeps its name.
    await page.getByText("10 of 10 left").waitFor();
    await first.getByRole("heading", { name: "Save your recovery codes" }).waitFor();
  });

  test("on a phone that is small the wizard is a page that scrolls: from its head to its foot", async () => {
    const host = await start();
    const page = await browser.page({ viewport: { width: 360, height: 560 }, hasTouch: true, isMobile: true });
    await open(host, page, "settings", "ada:s2");
    await page.getByRole("button", { name: "Turn on two-step verification" }).click();
    const wizard = page.getByRole("dialog", { name: "Set up two-step verification" });
    const uri = (await wizard.getByRole("link", { name: "Open authenticator app" }).getAttribute("href")) ?? "";
    await wizard.getByRole("button", { name: "I’ve added it" }).click();
    await wizard.getByLabel("Code", { exact: true }).pressSequentially(virtualAuthenticator({ uri, clock: host.clock }).code());
    await wizard.getByRole("heading", { name: "Save your recovery codes" }).waitFor();
    const card = wizard.locator(".nl-card");
    const edges = () => card.evaluate((box) => [box.getBoundingClientRect().top, box.getBoundingClientRect().bottom]);
    await expect.poll(edges).toEqual([0, 560]);
    const lowest = await card.evaluate((box) => {
      box.scrollTo(0, box.scrollHeight);
      return [box.scrollTop > 0, box.querySelector("[type=checkbox]")?.getBoundingClientRect().bottom ?? 0] as const;
    });
    expect(lowest[0]).toBe(true);
    expect(lowest[1]).toBeLessThan(560);
    await expect
      .poll(() => wizard.getByRole("button", { name: "Continue" }).evaluate((button) => button.getBoundingClientRect().bottom <= 560))
      .toBe(true);
  });

  test.each(["wizard", "settings", "sign-in", "step-up", "field"])(
    "what the server renders of %s is taken over without a word",
    async (show) => {
      const host = await start();
      await enrolled(host);
      const page = await browser.page();
      await page.goto(`${host.url}/test/browser/host.html?${new URLSearchParams({ show, as: "ada:s2", rendered: "" })}`);
      await page.locator("main").waitFor({ state: "attached" });
      // Effects have run, and with them whatever React says of a difference.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
      expect(await page.locator("main > *").count()).toBeGreaterThan(0);
    },
  );
});
