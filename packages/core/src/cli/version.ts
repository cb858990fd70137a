import { readFileSync } from "node:fs";

/** The version of the package: its package.json lies two folders above, in the sources and in what is built of them. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }).version;
