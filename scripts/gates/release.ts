import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { billOfMaterials, bundledBy } from "../bill-of-materials.ts";
import { execute, faultless, type Outcome, root } from "../gate.ts";
import { libraries, packInto } from "../libraries.ts";

/** Where tarballs, lists and bills of materials are left for whoever releases. */
const RELEASE = join(root, "release");

/** What any package may hold beside what its `files` names one by one. */
const EXPECTED = [
  /^(?:package\.json|README\.md|LICENSE|NOTICE|CHANGELOG\.md)$/,
  /^dist\/(?:[\w.-]+\/)*[\w.-]+\.(?:js|cjs|d\.ts|d\.cts|css)$/,
];

/** What may be in none, wherever it lies; `dist/testing` is a published subpath. */
const NEVER = /(?:^|\/)(?:test|tests|__tests__|fixtures|bench|src|node_modules)\/|\.(?:test|spec|map|tsbuildinfo|env)(?:\.|$)/;

/** What no file may say, and why. */
const UNSAID: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.~/-])\/(?:work|root|home\/\w+|Users\/\w+)\//, "an absolute path of the machine that built it"],
  [/[#@] sourceMappingURL=/, "a source map that is not there"],
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, "a private key"],
];

/** What is read of a published package.json. */
interface Manifest {
  name: string;
  version: string;
  license?: string;
  files?: string[];
  bin?: Record<string, string>;
  exports: unknown;
  scripts?: Record<string, string>;
  publishConfig?: { provenance?: boolean };
}

/** Every path that `exports` and `bin` lead to. */
const targetsOf = (value: unknown): string[] =>
  typeof value === "string" ? [value] : typeof value === "object" && value !== null ? Object.values(value).flatMap(targetsOf) : [];

function manifestFaults(manifest: Manifest, text: string, paths: ReadonlySet<string>): string[] {
  const faults: string[] = [];
  const targets = [...targetsOf(manifest.exports), ...targetsOf(manifest.bin)].map((path) => path.replace(/^\.\//, ""));
  faults.push(...targets.filter((path) => !paths.has(path)).map((path) => `package.json leads to ${path}, which is not in the package`));
  if (text.includes("@nightlatch/source")) faults.push("package.json leads to sources, which are not in the package");
  if (/"workspace:/.test(text)) faults.push("package.json depends on a workspace, which only this repository has");
  const hooks = Object.keys(manifest.scripts ?? {}).filter((name) => /^(?:pre|post)?install$|^prepare$/.test(name));
  faults.push(...hooks.map((name) => `its script "${name}" would run on whoever installs it`));
  if (manifest.publishConfig?.provenance !== true) faults.push("publishConfig.provenance is not set");
  if (!manifest.license || !paths.has("LICENSE")) faults.push("it has no licence");
  return faults;
}

/** Unpacks a tarball, lists its contents and gives what is wrong with them. */
async function judged(name: string, tarball: string): Promise<{ faults: string[]; list: string[] }> {
  const folder = join(RELEASE, name);
  await mkdir(folder, { recursive: true });
  const unpacked = await execute("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
  if (!unpacked.ok) throw new Error(`tar could not open ${tarball}: ${unpacked.output}`);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    );
  const text = await readFile(join(folder, "package.json"), "utf8");
  const manifest = JSON.parse(text) as Manifest;

  const faults = manifestFaults(manifest, text, new Set(paths));
  let total = 0;
  const list = [`${manifest.name} ${manifest.version}`];
  for (const path of paths.sort()) {
    const { size } = await stat(join(folder, path));
    total += size;
    list.push(`${String(size).padStart(9)}  ${path}`);
    const isExpected = EXPECTED.some((pattern) => pattern.test(path)) || manifest.files?.includes(path);
    if (!isExpected || NEVER.test(path)) faults.push(`${path} is not expected in it`);
    const content = await readFile(join(folder, path), "utf8");
    for (const [pattern, what] of UNSAID) if (pattern.test(content)) faults.push(`${path} holds ${what}`);
  }
  list.push(`${String(total).padStart(9)} bytes in ${paths.length} files, ${(await stat(tarball)).size} packed`, "");
  const notice = paths.includes("NOTICE") ? await readFile(join(folder, "NOTICE"), "utf8") : "";
  const unnamed = (await bundledBy(name)).filter((target) => !notice.toLowerCase().includes(target.toLowerCase()));
  faults.push(...unnamed.map((target) => `${target} is bundled, and NOTICE does not name it with its licence`));
  await rm(folder, { recursive: true });
  return { faults: faults.map((fault) => `${manifest.name}: ${fault}`), list };
}

/**
 * Packs every package as it would be published, judges what is in it, and leaves in `release/` the tarballs, `contents.txt`
 * and a CycloneDX bill of materials for each.
 */
export async function release(): Promise<Outcome> {
  await rm(RELEASE, { recursive: true, force: true });
  await mkdir(RELEASE, { recursive: true });
  const tarballs = await packInto(RELEASE);
  const faults: string[] = [];
  const contents: string[] = [];
  const notes: string[] = [];
  for (const name of libraries) {
    const { faults: found, list } = await judged(name, tarballs[name]);
    faults.push(...found);
    contents.push(...list);
    const { installed, bundled } = await billOfMaterials(name, join(RELEASE, `nightlatch-${name}.cdx.json`));
    const parts = [`${installed} packages installed`, ...(bundled.length > 0 ? [`${bundled.join(", ")} bundled`] : [])];
    notes.push(`${name}: ${list.at(-2)?.trim().replace(/ +/g, " ")}, ${parts.join(", ")}`);
  }
  await writeFile(join(RELEASE, "contents.txt"), contents.join("\n"));
  return faultless(faults, notes.join("\n        "));
}
