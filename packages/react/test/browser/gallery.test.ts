import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import express from "express";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STATES } from "../../gallery/states.tsx";
import { builtPages, hasChromium, PICTURES, withBrowser } from "./support.ts";

/** What is tried in every circumstance: one or two of each component. */
const EACH = /partly|scan|codes$|recovery$|typing|SignInChallenge.empty|locked|low|required|remove|rename/;

const SHOWN = STATES.map(({ component, name }) => `${component}/${name}`);

/** As much of axe as is called in the page. */
interface AxeInPage {
  run(context: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

describe.skipIf(!hasChromium)("each component in each state, in Chromium", () => {
  const browser = withBrowser();
  let folder: string;
  let server: Server;
  let url: string;
  beforeAll(async () => {
    folder = await builtPages();
    server = createServer(express().use(express.static(folder)));
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/gallery/index.html`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const page = await browser.page({ reducedMotion: "reduce", ...options });
    await page.goto(url);
    return page;
  };
  /** Goes to a state, and waits until it is there and still. */
  const show = (page: Page, shown: string, theme = "light", lang = "en"): Promise<void> =>
    page.evaluate(
      async (hash) => {
        const { documentElement: html } = document;
        location.hash = hash;
        const frame = () => new Promise(requestAnimationFrame);
        const isStill = ({ playState, effect }: Animation) =>
          playState === "finished" || effect?.getComputedTiming().iterations === Number.POSITIVE_INFINITY;
        while (html.dataset.shown !== hash || !document.querySelector(".nl") || !document.getAnimations().every(isStill)) await frame();
      },
      `#${new URLSearchParams({ show: shown, theme, lang })}`,
    );
  const picture = (page: Page, name: string) =>
    page.screenshot({ path: join(PICTURES, `${name.replaceAll("/", "-")}.png`), fullPage: true });
  /** Whether anything is wider than the page. */
  const overflow = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

  /** What axe finds wrong, by state; by one rule, or by all of WCAG's. */
  async function faults(page: Page, theme: string, rule?: string): Promise<Record<string, string[]>> {
    await show(page, "MfaBadge/all", theme);
    // Brings axe into the page, where it stays: between states nothing is loaded anew.
    await new AxeBuilder({ page }).setLegacyMode().analyze();
    const found: Record<string, string[]> = {};
    for (const shown of SHOWN) {
      await show(page, shown, theme);
      await picture(page, `${shown}-${theme}`);
      const seen = await page.evaluate(async (rule) => {
        const runOnly = rule
          ? { type: "rule", values: [rule] }
          : { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
        const { violations } = await (window as unknown as { axe: AxeInPage }).axe.run(document, { runOnly, resultTypes: ["violations"] });
        return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
      }, rule);
      if (seen.length > 0) found[shown] = seen;
    }
    return found;
  }

  test("axe finds nothing in any state, and no screen has more than one primary action", async () => {
    const page = await open();
    const found = await faults(page, "light");
    expect(found).toEqual({});
    const many: string[] = [];
    for (const shown of SHOWN) {
      await show(page, shown);
      const primaries = await page.evaluate(
        () => (document.querySelector("dialog[open]") ?? document).querySelectorAll('[data-kind="primary"], [data-kind="danger"]').length,
      );
      if (primaries > 1) many.push(shown);
    }
    expect(many).toEqual([]);
  });

  test("axe finds no colour too faint in the dark", async () => {
    // All else of a state is the same in both.
    expect(await faults(await open(), "dark", "color-contrast")).toEqual({});
  });

  test.each([
    ["phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, "light", "en"],
    ["a phone in Japanese", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, "light", "ja"],
    ["right to left", {}, "light", "ar"],
    ["zoomed to 200 %", { viewport: { width: 400, height: 350 }, deviceScaleFactor: 2 }, "light", "en"],
    ["320 pixels", { viewport: { width: 320, height: 640 } }, "dark", "de"],
    ["forced colours", { forcedColors: "active" as const }, "light", "en"],
  ] as const)("nothing is wider than the page: %s", async (name, options, theme, lang) => {
    const page = await open(options);
    const wide: string[] = [];
    for (const shown of SHOWN.filter((shown) => EACH.test(shown))) {
      await show(page, shown, theme, lang);
      await picture(page, `${shown}-${name.replaceAll(/\W+/g, "-")}`);
      if ((await overflow(page)) > 0) wide.push(shown);
    }
    expect(wide).toEqual([]);
  });

  test("no state shifts the layout: the field's line has its room, whatever it says", async () => {
    const page = await open();
    const heights = new Set<number>();
    for (const state of ["empty", "checking", "accepted", "refused", "last-try", "used", "locked", "failed"]) {
      await show(page, `OtpField/${state}`);
      heights.add(await page.locator(".gallery-field").evaluate((field) => field.getBoundingClientRect().height));
    }
    const cards = new Set<number>();
    for (const state of ["empty", "refused", "checking", "accepted"]) {
      await show(page, `SignInChallenge/${state}`);
      cards.add(await page.locator(".nl-card").evaluate((card) => card.getBoundingClientRect().height));
    }
    expect([heights.size, cards.size]).toEqual([1, 1]);
  });

  test("codes, keys and slots keep their order where the page runs right to left; rows and chevrons turn", async () => {
    const page = await open();
    await show(page, "OtpField/filled", "light", "ar");
    const lefts = await page.locator(".nl-slot").evaluateAll((slots) => slots.map((slot) => slot.getBoundingClientRect().left));
    expect([...lefts].sort((a, b) => a - b)).toEqual(lefts);
    // The ring stands at the end of the label's line, which is the other side here.
    await show(page, "OtpField/period", "light", "ar");
    const [label, ring] = await Promise.all(["label span", ".nl-period"].map((part) => page.locator(part).boundingBox()));
    expect(Number(ring?.x) + Number(ring?.width)).toBeLessThan(Number(label?.x));
    await show(page, "MfaSettings/on", "light", "ar");
    const [tile, words] = await Promise.all(
      [".nl-tile", ".nl-row-body"].map((part) =>
        page
          .locator(part)
          .first()
          .evaluate((box) => box.getBoundingClientRect().left),
      ),
    );
    expect(Number(tile)).toBeGreaterThan(Number(words));
  });

  test("a box to tick is called by its label alone, and its hint is told beside", async () => {
    const page = await open();
    for (const [shown, label, hint] of [
      ["SignInChallenge/empty", "Trust this device for 30 days", /^We won’t ask/],
      ["EnrolmentWizard/nudged", "I’ve saved my recovery codes", /^Save your codes first/],
    ] as const) {
      await show(page, shown);
      const box = page.getByRole("checkbox", { name: label, exact: true });
      const described = await box.evaluate((input) => document.getElementById(input.getAttribute("aria-describedby") ?? "")?.textContent);
      expect(described).toMatch(hint);
    }
  });

  test("on a phone a dialog is a sheet at the foot: a handle in the place of the cross, and a button that leads out", async () => {
    const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await show(page, "StepUpDialog/plain");
    const card = page.locator(".nl-card");
    const [box, handle] = await card.evaluate((card) => [card.getBoundingClientRect(), getComputedStyle(card, "::before")] as const);
    expect([box.left, box.width, box.bottom]).toEqual([0, 390, 844]);
    expect(handle.content).toBe('""');
    expect(await page.getByRole("button", { name: "Close" }).isVisible()).toBe(false);
    expect(await page.getByRole("button", { name: "Not now" }).isVisible()).toBe(true);
    const [mark, heading] = await Promise.all([".nl-mark", ".nl-heading"].map((part) => page.locator(part).boundingBox()));
    expect(Number(mark?.y) + Number(mark?.height) / 2).toBeCloseTo(Number(heading?.y) + Number(heading?.height) / 2, 0);
  });

  test("a dark page is dark by the system's wish, and by data-nl-theme", async () => {
    const background = (page: Page) => page.locator(".nl-card").evaluate((card) => getComputedStyle(card).backgroundColor);
    const page = await open({ colorScheme: "dark" });
    await show(page, "SignInChallenge/empty", "auto");
    expect(await background(page)).toBe("rgb(23, 27, 46)");
    await show(page, "SignInChallenge/empty", "light");
    expect(await background(page)).toBe("rgb(255, 255, 255)");
  });
});
