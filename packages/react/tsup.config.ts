import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defineConfig, type Options } from "tsup";
import { library } from "../../scripts/library.ts";
import { inOrder, LANGUAGE } from "./strings-in-order.ts";

const options = library(import.meta.dirname);
const { "styles/styles.css": styles, ...entry } = options.entry as Record<string, string>;
if (!styles) throw new Error("package.json exports no ./styles.css from src/styles/styles.css.");

const DIRECTIVE = '"use client";';

/** What splits CommonJS writes a statement above the directive, where no bundler takes it for one: it goes back to the top. */
const directiveFirst: NonNullable<Options["plugins"]>[number] = {
  name: "directive-first",
  async buildEnd({ writtenFiles }) {
    for (const { name } of writtenFiles.filter(({ name }) => name.endsWith(".cjs"))) {
      const code = await readFile(name, "utf8");
      if (code.includes(DIRECTIVE)) await writeFile(name, `${DIRECTIVE}\n${code.replace(DIRECTIVE, "")}`);
    }
  },
};

const languages: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "languages",
  setup: ({ onLoad }) =>
    onLoad({ filter: LANGUAGE }, async ({ path }) => {
      const contents = await inOrder(path);
      return contents === undefined ? undefined : { contents, loader: "ts" };
    }),
};

/** The stylesheet: its parts in one file, as small as they get, and flat, since not every browser in use knows nested rules. */
const stylesheet: Options = {
  entry: { styles: join(import.meta.dirname, styles) },
  target: ["chrome111", "firefox121", "safari16.4"],
  minify: true,
  silent: true,
  clean: false,
};

const scripts: Options = {
  ...options,
  entry,
  platform: "neutral",
  target: "es2022",
  plugins: [directiveFirst],
  esbuildPlugins: [languages],
  esbuildOptions(esbuild) {
    // Texts as they are: escapes would be as large again.
    esbuild.charset = "utf8";
  },
};

export default defineConfig([scripts, stylesheet]);
