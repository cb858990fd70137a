import { basename, dirname, join } from "node:path";
import { cache, execute, type Outcome, repositoryFiles, root, together } from "../gate.ts";

/** Every tsconfig.json of the repository, one after the other; what has not changed since the last run is not judged again. */
export async function typecheck(): Promise<Outcome> {
  const configs = (await repositoryFiles("*tsconfig.json")).filter((path) => basename(path) === "tsconfig.json");
  const outcomes: Outcome[] = [];
  for (const config of configs) {
    const memory = join(cache, "typecheck", `${config.replaceAll("/", "-")}.tsbuildinfo`);
    const outcome = await execute("tsc", ["-p", ".", "--incremental", "--tsBuildInfoFile", memory], join(root, dirname(config)));
    outcomes.push({ ...outcome, output: `${config}:\n${outcome.output}` });
  }
  return { ...together(outcomes), note: `${configs.length} projects` };
}
