import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { execute, root } from "../../../scripts/gate.ts";
import { type Library, packInto } from "../../../scripts/libraries.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures");
let folder: string;

/** pnpm points NODE_PATH at this workspace's packages: a host has no such thing. */
const ENVIRONMENT = { NODE_PATH: "", NODE_OPTIONS: "", NODE_ENV: "" };

/** Runs a program and gives what it printed; its failure is the test's. */
async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { ok, output } = await execute(command, args, cwd, ENVIRONMENT);
  expect(ok, `${command} ${args.join(" ")}\n${output}`).toBe(true);
  return output;
}

/** A copy of a fixture with tarballs installed, far from this workspace's node_modules. */
async function install(fixture: string, ...tarballs: string[]): Promise<string> {
  const project = join(folder, fixture);
  await cp(join(fixtures, fixture), project, { recursive: true });
  await run(project, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock", ...tarballs);
  return project;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightlatch-consumers-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the packed packages, installed by npm", () => {
  let tarballs: Record<Library, string>;
  let apps: string;

  beforeAll(async () => {
    tarballs = await packInto(folder);
    apps = await install("apps", tarballs.core, tarballs.express, tarballs.fastify);
  }, 240_000);

  test("core loads without pg, express, prom-client and OpenTelemetry, and every subpath gives the same to require and import", async () => {
    const project = await install("core-alone", tarballs.core);
    const { exports } = JSON.parse(await readFile(join(root, "packages", "core", "package.json"), "utf8")) as { exports: object };
    const subpaths = Object.keys(exports).map((subpath) => subpath.replace(".", "@nightlatch/core"));
    expect(await run(project, process.execPath, "load.cjs", ...subpaths)).toBe(`OK ${subpaths.length}`);
  });

  test("the program nightlatch is there, and needs nothing more than the package", async () => {
    const project = await install("core-alone", tarballs.core);
    const nightlatch = async (...args: string[]) =>
      JSON.parse(await run(project, process.execPath, join("node_modules", ".bin", "nightlatch"), ...args, "--json"));
    expect(await nightlatch("keys", "generate", "--out", "nightlatch.keys")).toMatchObject({ ok: true, ids: ["k1"] });
    expect(await nightlatch("migrate", "--database", "sqlite:app.db")).toMatchObject({ ok: true, before: [] });
    expect(await nightlatch("doctor", "--database", "sqlite:app.db", "--keys-file", "nightlatch.keys")).toMatchObject({ ok: true });
  });

  test("a CommonJS app enrols and steps up", async () => {
    expect(await run(apps, process.execPath, "app.cjs")).toBe("OK");
  });

  test("an ESM app enrols and steps up", async () => {
    expect(await run(apps, process.execPath, "app.mjs")).toBe("OK");
  });

  test.for(["cjs", "mjs"])("a Fastify app, as .%s, enrols and steps up", async (extension) => {
    expect(await run(apps, process.execPath, `fastify.${extension}`)).toBe("OK");
  });

  test.for(["5", "7"])("a strict TypeScript %s app compiles under nodenext, declarations included, and runs", async (version) => {
    const out = `out-${version}`;
    await run(
      apps,
      process.execPath,
      join("node_modules", `typescript-${version}`, "bin", "tsc"),
      "-p",
      "tsconfig.nodenext.json",
      "--outDir",
      out,
    );
    expect(await run(apps, process.execPath, join(out, "app.mjs"))).toBe("OK");
  });

  test.for(["5", "7"])("TypeScript %s resolves every subpath as a bundler does", async (version) => {
    await run(apps, process.execPath, join("node_modules", `typescript-${version}`, "bin", "tsc"), "-p", "tsconfig.bundler.json");
  });
});
