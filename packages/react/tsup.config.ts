import { join } from "node:path";
import { defineConfig, type Options } from "tsup";
import { library } from "../../scripts/library.ts";

const options = library(import.meta.dirname);
const { "styles/styles.css": styles, ...entry } = options.entry as Record<string, string>;
if (!styles) throw new Error("package.json exports no ./styles.css from src/styles/styles.css.");

/** The stylesheet: its parts in one file, as small as they get. */
const stylesheet: Options = { entry: { styles: join(import.meta.dirname, styles) }, minify: true, silent: true, clean: false };

export default defineConfig([{ ...options, entry, platform: "neutral", target: "es2022" }, stylesheet]);
