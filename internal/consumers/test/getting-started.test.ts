import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { execute, root } from "../../../scripts/gate.ts";
import { packInto } from "../../../scripts/libraries.ts";
import { freePort } from "../../services/src/index.ts";

/** A block of the page: a command, a file by its name, or what a program prints. */
interface Block {
  language: string;
  name?: string;
  text: string;
}

const blocksOf = (page: string): Block[] =>
  [...page.matchAll(/^```(\w+)(?: \[([\w.]+)\])?\n([\s\S]*?)^```$/gm)].map(([, language = "", name, text = ""]) => ({
    language,
    text,
    ...(name ? { name } : {}),
  }));

let project: string;
let running: ChildProcess | undefined;
let environment: NodeJS.ProcessEnv;

/** The page's commands mean the repository's Node, whichever one the machine brings; and no package of this workspace. */
const environmentWith = (port: number): NodeJS.ProcessEnv => ({
  NODE_PATH: "",
  NODE_OPTIONS: "",
  NO_COLOR: "1",
  PORT: String(port),
  PATH: [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
});

async function shell(command: string): Promise<string> {
  const { ok, output } = await execute("sh", ["-ec", command], project, environment);
  expect(ok, `${command}\n${output}`).toBe(true);
  return output;
}

/** Starts what the page leaves running, and waits for the line with its address. */
async function start(command: string): Promise<void> {
  const child = spawn("sh", ["-c", `exec ${command}`], { cwd: project, env: { ...process.env, ...environment } });
  running = child;
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      if (said.includes("http://localhost:")) resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`${command} ended with ${code}\n${said}`)));
  });
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "nightlatch-started-"));
  environment = environmentWith(await freePort());
});

afterAll(async () => {
  if (running && running.exitCode === null) {
    const ended = new Promise((resolve) => running?.once("exit", resolve));
    running.kill();
    await ended;
  }
  await rm(project, { recursive: true, force: true });
});

test("getting started, followed to the letter with the packed packages, does what the page says", async () => {
  const { core, express } = await packInto(project);
  const install = `npm install --prefer-offline --no-audit --no-fund ${core} ${express} express`;
  const printed: string[] = [];
  for (const { language, name, text } of blocksOf(await readFile(join(root, "docs/getting-started.md"), "utf8"))) {
    if (name) await writeFile(join(project, name), text);
    else if (language === "text") expect(printed.at(-1)?.trim()).toBe(text.trim());
    else if (text.includes("app.ts")) await start(text.trim());
    else printed.push(await shell(text.replace(/npm install .*/, install)));
  }
  expect(printed.at(-1)).toContain("DELETE /notes/1 200");
});
