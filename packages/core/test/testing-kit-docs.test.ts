import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const core = join(import.meta.dirname, "..");
const root = join(core, "..", "..");

/** A project of somebody else's: the page's test files, and in node_modules what they import. */
let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "nightlatch-testing-"));
  for (const [name, target] of [
    ["@nightlatch/core", core],
    ["vitest", join(root, "node_modules", "vitest")],
  ] as const) {
    const link = join(project, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(target, link, "dir");
  }
  await writeFile(join(project, "package.json"), '{ "type": "module" }');
  // Vite resolves by itself, so it has to be told of the sources too.
  const source = '{ resolve: { conditions: ["@nightlatch/source"] } }';
  await writeFile(join(project, "vitest.config.js"), `export default { ...${source}, ssr: ${source} };\n`);
  const page = await readFile(join(root, "docs", "testing-your-app.md"), "utf8");
  const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
  for (const runner of ["node:test", "vitest"]) {
    const tests = blocks.filter((code) => code.includes(`from "${runner}"`));
    expect([runner, tests.length]).toEqual([runner, 1]);
    await writeFile(join(project, `${runner.replace("node:test", "node")}.test.ts`), tests[0] ?? "");
  }
});

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

/** Runs a program of Node's in the project, on the sources, and gives its exit code and what it said. */
function run(...args: string[]): Promise<{ code: number; said: string }> {
  const env = {
    PATH: process.env.PATH,
    NO_COLOR: "1",
    NODE_OPTIONS: "--conditions=@nightlatch/source --disable-warning=ExperimentalWarning",
  };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: project, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, said: stdout + stderr });
    });
  });
}

describe("the test files of the page on testing your app", () => {
  it("pass under Node's own runner", async () => {
    const { code, said } = await run("--test", "--test-reporter=tap", "node.test.ts");
    expect([code, /^# pass (\d+)$/m.exec(said)?.[1], /^# fail (\d+)$/m.exec(said)?.[1]], said).toEqual([0, "4", "0"]);
  });

  it("pass under vitest", async () => {
    const vitest = join(project, "node_modules", "vitest", "vitest.mjs");
    const { code, said } = await run(vitest, "run", "--root", project, "vitest.test.ts");
    expect([code, /Tests +(.*)/.exec(said)?.[1]], said).toEqual([0, "1 passed (1)"]);
  });

  it("fail, where the app does not ask for the code", async () => {
    const file = join(project, "broken.test.ts");
    const text = await readFile(join(project, "node.test.ts"), "utf8");
    await writeFile(file, text.replace('if (!step.required) return "in";', 'return "in";'));
    const { code, said } = await run("--test", "--test-reporter=tap", "broken.test.ts");
    expect([code, /^# fail (\d+)$/m.exec(said)?.[1]], said).toEqual([1, "3"]);
  });
});
