import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const requireIn = (cwd: string): NodeJS.Require => createRequire(join(cwd, "package.json"));

/** A package of the host's project; `undefined` where it has none of that name, or one that doesn't load. */
export async function hostModule<T>(cwd: string, name: string): Promise<T | undefined> {
  try {
    const module = (await import(pathToFileURL(requireIn(cwd).resolve(name)).href)) as { default?: T } & T;
    return module.default ?? module;
  } catch {
    return undefined;
  }
}

/** The version of a package of the host's project; `undefined` where it has none. */
export function hostVersion(cwd: string, name: string): string | undefined {
  const from = requireIn(cwd);
  for (const folder of from.resolve.paths(name) ?? []) {
    try {
      const { version } = from(join(folder, name, "package.json")) as { version?: unknown };
      if (typeof version === "string") return version;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
