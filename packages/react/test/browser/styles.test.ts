import { join } from "node:path";
import { build } from "vite";
import { describe, expect, test } from "vitest";
import { hasChromium, withBrowser } from "./support.ts";

const SHEET = join(import.meta.dirname, "../../src/styles/styles.css");

/** The stylesheet as a host's bundler leaves it: Vite lowers what not every browser of its target knows. */
async function builtSheet(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, rolldownOptions: { input: SHEET } },
  });
  const sheet = [built].flat().flatMap((one) => ("output" in one ? one.output : []));
  return String(sheet.find((file) => file.type === "asset")?.source);
}

describe.skipIf(!hasChromium)("the stylesheet in a host's build, in Chromium", () => {
  const browser = withBrowser();
  const LIGHT = "rgb(255, 255, 255)";
  const DARK = "rgb(23, 27, 46)";

  test("each theme has its colours on a page that says nothing of its own scheme, by the system and by data-nl-theme", async () => {
    const sheet = await builtSheet();
    for (const [colorScheme, system, other, name] of [
      ["light", LIGHT, DARK, "dark"],
      ["dark", DARK, LIGHT, "light"],
    ] as const) {
      const page = await browser.page({ colorScheme });
      await page.setContent(`<style>${sheet}</style>
        <div class="nl nl-card"></div>
        <div data-nl-theme="${name}"><div class="nl nl-card"></div></div>
        <div class="nl nl-card" data-nl-theme="${name}"></div>`);
      const colours = () => page.locator(".nl-card").evaluateAll((cards) => cards.map((card) => getComputedStyle(card).backgroundColor));
      expect(await colours()).toEqual([system, other, other]);
      await page.evaluate((theme) => document.documentElement.setAttribute("data-nl-theme", theme), name);
      expect(await colours()).toEqual([other, other, other]);
    }
  });

  test("what a host sets on :root stands, whatever the theme is", async () => {
    const page = await browser.page({ colorScheme: "dark" });
    await page.setContent(
      `<style>:root { --nl-surface: rgb(1, 2, 3); }</style><style>${await builtSheet()}</style><div class="nl nl-card"></div>`,
    );
    expect(await page.locator(".nl-card").evaluate((card) => getComputedStyle(card).backgroundColor)).toBe("rgb(1, 2, 3)");
  });
});
