import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Options } from "tsup";

interface Manifest {
  exports: Record<string, { "@nightlatch/source": string }>;
}

/**
 * How a published package is built: ESM, CommonJS and declarations, one entry for each subpath that its
 * package.json exports, so that the two can't drift apart. Both formats are split into shared chunks: a
 * class such as MfaError must be one class whichever subpath it was reached by.
 */
export function library(folder: string): Options {
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const entries = Object.values(exports).map((target) => target["@nightlatch/source"]);
  return {
    // "./src/otp/index.ts" becomes dist/otp/index.*
    entry: Object.fromEntries(entries.map((path) => [path.replace(/^\.\/src\/|\.ts$/g, ""), path])),
    format: ["esm", "cjs"],
    splitting: true,
    dts: true,
    target: "node22",
    platform: "node",
    clean: true,
    silent: true,
  };
}
