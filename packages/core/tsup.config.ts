import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineConfig, type Options } from "tsup";
import { library } from "../../scripts/library.ts";

/** The licence of what is bundled has to go with it. */
const commander = join(dirname(createRequire(import.meta.url).resolve("commander")), "LICENSE");
const licence = `/*! The program nightlatch. It holds commander, whose licence is:\n\n${readFileSync(commander, "utf8").trim()}\n*/`;

/** The program, in a folder of its own: all that it needs but the package's dependencies, so that users install nothing more. */
const program: Options = {
  entry: { main: "./src/cli/main.ts" },
  outDir: "dist/cli",
  format: ["esm"],
  splitting: true,
  noExternal: ["commander"],
  // node:sqlite has no other name.
  removeNodeProtocol: false,
  banner: { js: licence },
  target: "node22",
  platform: "node",
  clean: true,
  silent: true,
};

// The two are built at the same time, and each leaves the other's folder alone.
export default defineConfig([{ ...library(import.meta.dirname), clean: ["!cli/**"] }, program]);
