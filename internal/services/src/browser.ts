import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { pathOf } from "./tools.ts";

/** Starts the machine's Chromium, without the sandbox that root can't have. Rejects where there is none: ask `hasTool("chromium")` before. */
export async function startChromium(): Promise<Browser> {
  const executablePath = pathOf("chromium");
  if (executablePath === undefined) throw new Error("There is no chromium on the PATH: install it (Debian's package is called chromium).");
  return await chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/** What holds for every page of a test file. */
export interface ChromiumOptions {
  /** How pages are looked at, where a test says nothing else. */
  context?: BrowserContextOptions;
  /** Milliseconds until something that does not come counts as missing. @defaultValue 30,000, as Playwright's own */
  patience?: number;
}

/** One Chromium for all tests of a file, and a page for each that asks. */
export function withChromium({ context: usual = {}, patience = 30_000 }: ChromiumOptions = {}): {
  page(options?: BrowserContextOptions): Promise<Page>;
} {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });
  return {
    /** A page of a context that nobody has used; what it says on its console as a warning or an error fails the test. */
    async page(options = {}) {
      if (!browser) throw new Error("Pages are asked for in tests, once the browser has started.");
      const context = await browser.newContext({ ...usual, ...options });
      context.setDefaultTimeout(patience);
      const page = await context.newPage();
      const said: string[] = [];
      page.on("console", (message) => {
        // A refusal of a server's is meant, and Chromium reports each.
        if (["error", "warning"].includes(message.type()) && !/Failed to load resource/.test(message.text())) said.push(message.text());
      });
      page.on("pageerror", (error) => said.push(String(error)));
      onTestFinished(async () => {
        await context.close();
        if (said.length > 0) throw new Error(`The page said:\n${said.join("\n")}`);
      });
      return page;
    },
  };
}
