import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasTool } from "@nightlatch/internal-services";
import { withChromium } from "@nightlatch/internal-services/browser";
import react from "@vitejs/plugin-react";
import { build } from "vite";

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
export const withBrowser = (): ReturnType<typeof withChromium> =>
  withChromium({ context: { viewport: { width: 800, height: 700 }, timezoneId: "UTC" }, patience: PATIENCE });
