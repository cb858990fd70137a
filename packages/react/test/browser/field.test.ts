import { rm } from "node:fs/promises";
import express from "express";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHost } from "../support/host.ts";
import { builtPages, hasChromium, withBrowser } from "./support.ts";

describe.skipIf(!hasChromium)("the field for a code, in Chromium", () => {
  const browser = withBrowser();
  let folder: string;
  beforeAll(async () => {
    folder = await builtPages();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const open = async (): Promise<Page> => {
    const { url } = await startHost({ routes: (app) => app.use(express.static(folder)) });
    const page = await browser.page({ permissions: ["clipboard-read", "clipboard-write"] });
    await page.goto(`${url}/test/browser/host.html?show=field&loose`);
    await page.getByLabel("Code").focus();
    return page;
  };
  const value = (page: Page): Promise<string> => page.getByLabel("Code").inputValue();
  const drawn = (page: Page): Promise<string[]> => page.locator(".nl-slot").allTextContents();

  test("readers are told of one field with its value, and of no slots", async () => {
    const page = await open();
    await page.keyboard.type("492");
    expect(await page.locator("main").ariaSnapshot()).toBe(["- main:", "  - text: Code", '  - textbox "Code": "492"'].join("\n"));
  });

  test("one key commits one render of the field, and a letter none", async () => {
    const page = await open();
    await page.keyboard.press("a");
    await page.evaluate(() => {
      window.commits = 0;
    });
    const commits: number[] = [];
    for (const key of "a492815") {
      await page.keyboard.press(key);
      // What the key set off has run by the second frame.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      commits.push(await page.evaluate(() => window.commits));
    }
    expect(commits).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([await value(page), await drawn(page)]).toEqual(["492815", ["4", "9", "2", "8", "1", "5"]]);
  });

  test.each([
    ["492 815", "492815"],
    ["Your code is 492-815. It works for 10 minutes.", "492815"],
    ["٤٩٢٨١٥", "492815"],
    ["４９２８１５", "492815"],
    ["no code", ""],
    ["49281533", "492815"],
  ])("pasted %j is %j", async (text, code) => {
    const page = await open();
    await page.evaluate((text) => navigator.clipboard.writeText(text), text);
    await page.keyboard.press("Control+V");
    await expect.poll(() => value(page)).toBe(code);
    expect((await drawn(page)).join("")).toBe(code);
  });

  test("a paste replaces what is there, and can be undone", async () => {
    const page = await open();
    await page.keyboard.type("111");
    await page.evaluate(() => navigator.clipboard.writeText("492 815"));
    await page.keyboard.press("Control+V");
    await expect.poll(() => value(page)).toBe("492815");
    await page.keyboard.press("Control+Z");
    await expect.poll(() => value(page)).toBe("111");
  });

  test("filled in by a password manager or the browser, formatted or not", async () => {
    const page = await open();
    expect(await page.getByLabel("Code").evaluate((input: HTMLInputElement) => [input.autocomplete, input.inputMode, input.dir])).toEqual([
      "one-time-code",
      "numeric",
      "ltr",
    ]);
    const fill = (text: string) =>
      page.getByLabel("Code").evaluate((input: HTMLInputElement, text) => {
        // As extensions do it: past React, through the element's own setter.
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, text);
        input.dispatchEvent(new Event("input", { bubbles: true }));
      }, text);
    await fill("492 815");
    await expect.poll(() => value(page)).toBe("492815");
    await fill("700123");
    await expect.poll(() => drawn(page)).toEqual(["7", "0", "0", "1", "2", "3"]);
  });

  test("an input method's digits are left alone until they are settled", async () => {
    const page = await open();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Input.imeSetComposition", { text: "４９", selectionStart: 2, selectionEnd: 2 });
    await expect.poll(() => drawn(page)).toEqual(["4", "9", "", "", "", ""]);
    expect(await value(page)).toBe("４９");
    await devtools.send("Input.insertText", { text: "４９２" });
    await expect.poll(() => value(page)).toBe("492");
  });

  test("the caret is drawn where it is: arrows, Home, selection, a click", async () => {
    const page = await open();
    const caret = (): Promise<number[]> =>
      page.locator(".nl-slot").evaluateAll((slots) => slots.flatMap((slot, index) => (slot.hasAttribute("data-caret") ? [index] : [])));
    await page.keyboard.type("492815");
    await expect.poll(caret).toEqual([5]);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(caret).toEqual([4]);
    await page.keyboard.press("Home");
    await expect.poll(caret).toEqual([0]);
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(caret).toEqual([0, 1]);
    await page.keyboard.press("Control+A");
    await expect.poll(() => page.locator(".nl-otp").getAttribute("data-all")).toBe("");
    await page.keyboard.press("7");
    await expect.poll(() => value(page)).toBe("7");
    await page.keyboard.type("00123");
    const third = await page.locator(".nl-slot").nth(2).boundingBox();
    if (third) await page.mouse.click(third.x + third.width * 0.3, third.y + third.height / 2);
    await expect.poll(caret).toEqual([2]);
  });
});
