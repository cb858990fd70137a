import { mkdirSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasTool } from "@nightlatch/internal-services";
import react from "@vitejs/plugin-react";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, onTestFinished } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** Where pictures are kept, for people to look at. */
export const PICTURES: string = join(ROOT, "pictures");

/** Milliseconds until something that does not come counts as missing. */
const PATIENCE = 10_000;

export const hasChromium: boolean = hasTool("chromium");

/** Builds the tests' host and the gallery from the sources, with React's warnings; with React 18 in the place of 19 for `18`. */
export async function builtPages(version: "18" | "19" = "19"): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nightlatch-react-pages-"));
  await build({
    configFile: false,
    root: ROOT,
    base: "./",
    mode: "development",
    logLevel: "error",
    plugins: [react()],
    define: { "process.env.NODE_ENV": '"development"' },
    resolve: {
      conditions: ["@nightlatch/source", "module", "browser", "development"],
      alias: version === "18" ? { "react-dom": "react-dom-18", react: "react-18" } : {},
    },
    build: {
      outDir: folder,
      minify: false,
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: { input: [join(ROOT, "test/browser/host.html"), ...(version === "19" ? [join(ROOT, "gallery/index.html")] : [])] },
    },
  });
  return folder;
}

/** One browser for all tests of a file, and a page for each that asks. */
export function withBrowser(): { page(options?: BrowserContextOptions): Promise<Page> } {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
  });
  return {
    /** A page of a context of its own; what it says on its console as a warning or an error fails the test. */
    async page(options = {}) {
      const context = await browser.newContext({ viewport: { width: 800, height: 700 }, timezoneId: "UTC", ...options });
      context.setDefaultTimeout(PATIENCE);
      const page = await context.newPage();
      const said: string[] = [];
      page.on("console", (message) => {
        // A refusal of the server's is meant, and Chromium reports each.
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
