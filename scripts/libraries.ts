import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { execute, root } from "./gate.ts";

/** The published packages, each after those it needs. */
export const libraries = ["core", "express", "fastify", "react"] as const;

/** A published package's folder name. */
export type Library = (typeof libraries)[number];

async function newest(path: string): Promise<number> {
  const { mtimeMs } = await stat(path);
  return mtimeMs;
}

/** Whether a package's dist is newer than all that it is made from; the folders count too, since a file removed changes them. */
export async function isFresh(name: Library): Promise<boolean> {
  const folder = join(root, "packages", name);
  const sources = await readdir(join(folder, "src"), { recursive: true });
  const settings = (await readdir(folder)).filter((path) => /\.(json|ts)$/.test(path));
  const made = [...settings, "src", ...sources.map((path) => join("src", path))].map((path) => join(folder, path));
  const shared = ["scripts/library.ts", "tsconfig.base.json", "pnpm-lock.yaml"].map((path) => join(root, path));
  try {
    // tsup writes the declarations last.
    const built = await newest(join(folder, "dist", "index.d.cts"));
    const times = await Promise.all([...made, ...shared].map(newest));
    return times.every((time) => time <= built);
  } catch {
    return false;
  }
}

/**
 * Packs the published packages as they would be published, into a folder; gives each one's tarball.
 * Throws when a dist is missing or older than its sources: what is tested then would not be what is there.
 */
export async function packInto(folder: string): Promise<Record<Library, string>> {
  const tarballs: Partial<Record<Library, string>> = {};
  for (const name of libraries) {
    if (!(await isFresh(name))) throw new Error(`packages/${name}/dist is missing or older than its sources. Run: npm run build`);
    const { ok, output } = await execute("npx", ["-y", "pnpm@12.21.0", "pack", "--pack-destination", folder], join(root, "packages", name));
    if (!ok) throw new Error(`pnpm pack failed for ${name}: ${output}`);
    tarballs[name] = join(folder, `nightlatch-${name}-${await versionOf(name)}.tgz`);
  }
  return tarballs as Record<Library, string>;
}

async function versionOf(name: Library): Promise<string> {
  const { default: manifest } = (await import(join(root, "packages", name, "package.json"), { with: { type: "json" } })) as {
    default: { version: string };
  };
  return manifest.version;
}
