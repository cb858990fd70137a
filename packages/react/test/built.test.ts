import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { execute } from "../../../scripts/gate.ts";

const PACKAGE = join(import.meta.dirname, "..");
let folder: string;

beforeAll(async () => {
  // Within the package, so that what is built finds React.
  folder = await mkdtemp(join(PACKAGE, "node_modules/.built-"));
  const { ok, output } = await execute("tsup", ["--out-dir", folder, "--no-dts", "--no-clean"], PACKAGE);
  expect(ok, output).toBe(true);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(["js", "cjs"])(
  "as .%s, what draws is the browser's by its first statement, and what draws nothing is anybody's",
  async (format) => {
    const first = async (entry: string): Promise<string> =>
      (await readFile(join(folder, `${entry}.${format}`), "utf8")).split("\n")[0] ?? "";
    expect(await Promise.all(["index", "hooks/index"].map(first))).toEqual(['"use client";', '"use client";']);
    for (const entry of ["client/index", "flow/index", "strings/en"]) expect(await first(entry)).not.toContain("use client");
  },
);

test("the stylesheet holds nothing that browsers of 2023 don't know: no nested rule, no light-dark()", async () => {
  const sheet = await readFile(join(folder, "styles.css"), "utf8");
  expect(sheet).toContain(".nl-button[data-kind=primary]");
  expect(sheet).not.toMatch(/&|light-dark/);
});

test("require and import give the same, and components and hooks share one provider", async () => {
  const require = createRequire(join(folder, "index.cjs"));
  for (const entry of ["index", "client/index", "hooks/index", "flow/index"]) {
    const imported = await import(join(folder, `${entry}.js`));
    expect(Object.keys(require(`./${entry}.cjs`)).sort()).toEqual(Object.keys(imported).sort());
  }
  const [all, hooks] = ["index", "hooks/index"].map((entry) => require(`./${entry}.cjs`));
  expect(all.useMfa).toBe(hooks.useMfa);
});

test.each(["ar", "de", "es", "fr", "ja", "pt", "zh"])("the language %s comes out of its list as it went in", async (language) => {
  const require = createRequire(join(folder, "index.cjs"));
  const { [language]: source } = await import(`../src/strings/${language}.ts`);
  const { [language]: built } = await import(join(folder, `strings/${language}.js`));
  expect(built).toEqual(source);
  expect(require(`./strings/${language}.cjs`)[language]).toEqual(source);
  expect(await readFile(join(folder, `strings/${language}.js`), "utf8")).not.toContain("lockedRemaining");
});
