import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execute, repositoryFiles, root } from "./gate.ts";
import { runtimeImports } from "./gates/rooms.ts";

/** What is read of a package.json. */
interface Manifest {
  version: string;
  license?: string;
  description?: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** What is read and added to of a CycloneDX document. */
interface Bill {
  metadata: { component: { "bom-ref": string } };
  components: object[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

const manifestIn = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;

/** "@scope/name/subpath" is a path within "@scope/name". */
const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/**
 * The packages whose code is in ours: what the sources import when they run and the host is not asked to install. tsup
 * takes such a package into the build.
 */
export async function bundledBy(name: string): Promise<string[]> {
  const { dependencies, peerDependencies, devDependencies = {} } = await manifestIn(join(root, "packages", name));
  const fromHost = { ...dependencies, ...peerDependencies };
  const found = new Set<string>();
  for (const path of await repositoryFiles(`packages/${name}/src/*.ts`, `packages/${name}/src/*.tsx`)) {
    for (const specifier of runtimeImports(path, await readFile(join(root, path), "utf8"))) found.add(packageOf(specifier));
  }
  return [...found].filter((target) => target in devDependencies && !(target in fromHost) && !target.startsWith("@nightlatch/")).sort();
}

/**
 * Writes what a package consists of when it runs, as CycloneDX: what it has a host install, as pnpm tells it, and what is
 * bundled with it. Gives the numbers of both.
 */
export async function billOfMaterials(name: string, path: string): Promise<{ installed: number; bundled: readonly string[] }> {
  const format = ["--sbom-format", "cyclonedx", "--sbom-spec-version", "1.6", "--prod", "--out", path];
  const written = await execute("npx", ["-y", "pnpm@12.21.0", "--filter", `@nightlatch/${name}`, "sbom", ...format]);
  if (!written.ok) throw new Error(`pnpm sbom failed for ${name}: ${written.output}`);
  const bill = JSON.parse(await readFile(path, "utf8")) as Bill;
  const installed = bill.components.length;
  const own = bill.dependencies.find(({ ref }) => ref === bill.metadata.component["bom-ref"]);

  const bundled = await bundledBy(name);
  for (const target of bundled) {
    const { version, license = "NOASSERTION", description = "" } = await manifestIn(join(root, "packages", name, "node_modules", target));
    const purl = `pkg:npm/${target.replace("@", "%40")}@${version}`;
    const properties = [{ name: "nightlatch:bundled", value: "true" }];
    bill.components.push({
      type: "library",
      "bom-ref": purl,
      name: target,
      version,
      description,
      purl,
      licenses: [{ license: { id: license } }],
      properties,
    });
    if (own) own.dependsOn = [...(own.dependsOn ?? []), purl];
  }
  await writeFile(path, `${JSON.stringify(bill, null, 2)}\n`);
  return { installed, bundled };
}
