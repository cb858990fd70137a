import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import options, { ROOMS } from "../packages/core/mutation/stryker.config.ts";
import { root } from "./gate.ts";

const core = join(root, "packages/core");
const LEAST: number = options.thresholds.break;

/** What is read of Stryker's report: each file's mutants, and what came of them. */
interface Report {
  files: Record<
    string,
    { mutants: { status: "Killed" | "Timeout" | "Survived" | "NoCoverage" | "Ignored" | "CompileError" | "RuntimeError" }[] }
  >;
}

/** Has Stryker try the mutants of these rooms. It ends badly under the threshold, as does what is told of its report. */
async function tried(rooms: readonly string[]): Promise<number | null> {
  const mutate = rooms.map((room) => `src/${room}/**/*.ts`).join(",");
  const child = spawn(join(root, "node_modules/.bin/stryker"), ["run", "mutation/stryker.config.ts", "--mutate", mutate], {
    cwd: core,
    stdio: "inherit",
  });
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
}

/** A room's line, and whether enough of its mutants were noticed. */
function judged(room: string, { files }: Report): { line: string; ok: boolean } {
  const mutants = Object.entries(files).flatMap(([path, { mutants }]) => (path.startsWith(`src/${room}/`) ? mutants : []));
  const count = (...statuses: string[]): number => mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count("Killed", "Timeout");
  const missed = count("Survived", "NoCoverage");
  const score = (100 * noticed) / (noticed + missed);
  const line = `${room.padEnd(8)} ${score.toFixed(2).padStart(6)} %  ${noticed} of ${noticed + missed} mutants noticed, ${count("Ignored")} ignored`;
  return { line, ok: score >= LEAST };
}

const asked = process.argv.slice(2).filter((arg) => arg !== "--");
const unknown = asked.filter((room) => !ROOMS.includes(room));
if (unknown.length > 0) {
  console.error(`No mutants are made of: ${unknown.join(", ")}. There are: ${ROOMS.join(", ")}.`);
  process.exit(2);
}
const rooms = asked.length > 0 ? asked : ROOMS;
const path = join(core, options.jsonReporter.fileName);
await rm(path, { force: true });
const code = await tried(rooms);
const report = await readFile(path, "utf8").then(
  (text) => JSON.parse(text) as Report,
  () => undefined,
);
if (!report) process.exit(code || 1);
const judgements = rooms.map((room) => judged(room, report));
console.log(`\n${judgements.map(({ line }) => line).join("\n")}\n`);
const isGood = judgements.every(({ ok }) => ok);
if (!isGood) console.error(`Every room needs ${LEAST} %. What was missed stands above, and in packages/core/.mutation/report.html.`);
process.exitCode = code === 0 && isGood ? 0 : 1;
