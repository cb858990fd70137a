import { join } from "node:path";
import { complete, execute, type Outcome, root } from "../gate.ts";
import { isFresh, libraries } from "../libraries.ts";

/** Builds the published packages in the order they need each other, but for those whose dist is newer than all it is made from; then the console's pages. */
export async function build(): Promise<Outcome> {
  const built: string[] = [];
  for (const name of libraries) {
    if (!complete && (await isFresh(name))) continue;
    const outcome = await execute("tsup", [], join(root, "packages", name));
    if (!outcome.ok) return outcome;
    built.push(name);
  }
  const pages = await execute("node", ["--conditions=@nightlatch/source", "examples/meeting-rooms/web/server/build.ts"]);
  return { ...pages, output: pages.ok ? "" : pages.output, note: built.length > 0 ? built.join(", ") : "up to date" };
}
