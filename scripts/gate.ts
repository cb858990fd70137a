import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The repository's root. */
export const root: string = join(import.meta.dirname, "..");

/** What may be thrown away between runs. */
export const cache: string = join(root, "node_modules", ".cache", "nightlatch");

/** Whether this run must do everything: nothing may be skipped, nothing reused. */
export const complete: boolean = process.env.CI === "true";

/** How a gate ended. */
export interface Outcome {
  ok: boolean;
  /** Shown when it failed. */
  output: string;
  /** What to say beside "ok". */
  note?: string;
  /** Tests, where the gate runs some; they are counted beside the gates. */
  tests?: { passed: number; failed: number; skipped: number };
  /** What failed within it, by name: said again at the very end. */
  failures?: readonly string[];
}

/** One thing that must hold before a change may be merged. */
export interface Gate {
  readonly name: string;
  /** Gates that must have passed before. */
  readonly needs?: readonly string[];
  /** Runs with nothing else beside it. */
  readonly alone?: boolean;
  run(): Promise<Outcome>;
}

/** Runs a program of the repository, on the repository's Node. What it prints is kept, not shown. */
export async function execute(command: string, args: readonly string[], cwd: string = root, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const PATH = [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  const child = spawn(command, args, { cwd, env: { ...process.env, NO_COLOR: "1", ...env, PATH }, stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { ok: code === 0, output: Buffer.concat(output).toString().trimEnd() };
}

/** Several outcomes as one. */
export function together(outcomes: readonly Outcome[]): Outcome {
  const failed = outcomes.filter(({ ok }) => !ok);
  return { ok: failed.length === 0, output: failed.map(({ output }) => output).join("\n") };
}

/** The outcome of a list of faults: good when there is none. */
export const faultless = (faults: readonly string[], note?: string): Outcome => ({
  ok: faults.length === 0,
  output: faults.join("\n"),
  ...(note ? { note } : {}),
});

/** The files that git knows or would add and that are there, relative to the root. */
export async function repositoryFiles(...patterns: string[]): Promise<string[]> {
  const { ok, output } = await execute("git", [
    "ls-files",
    "--cached",
    "--others",
    "--exclude-standard",
    "--deduplicate",
    "--",
    ...patterns,
  ]);
  if (!ok) throw new Error(`git ls-files failed: ${output}`);
  return output.split("\n").filter((path) => path !== "" && existsSync(join(root, path)));
}
