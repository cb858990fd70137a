import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cache, execute, type Outcome, together } from "../gate.ts";
import { packInto } from "../libraries.ts";

let packed: Promise<string[]> | undefined;

/** The tarballs, packed once for both gates. */
function tarballs(): Promise<string[]> {
  packed ??= (async () => {
    const folder = join(cache, "tarballs");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return Object.values(await packInto(folder));
  })();
  return packed;
}

/** Whether what would be published has the form that Node and bundlers expect. */
export async function publint(): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const tarball of await tarballs()) outcomes.push(await execute("publint", ["run", tarball, "--strict"]));
  return together(outcomes);
}

/** Whether each subpath's types are those of the file that runs, for `import` and for `require`. */
export async function attw(): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  // node16: resolution as Node has it since exports exist; the one before them can't see subpaths at all.
  for (const tarball of await tarballs())
    outcomes.push(
      // A stylesheet has no types.
      await execute("attw", [tarball, "--profile", "node16", "--exclude-entrypoints", "./styles.css", "--no-color", "--no-emoji"]),
    );
  return together(outcomes);
}
