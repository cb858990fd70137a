import { execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The foreign programs that tests check ours against or run on, and the Debian packages each comes from. */
const debianPackages = {
  chromium: ["chromium"],
  oathtool: ["oathtool"],
  zbarimg: ["zbar-tools"],
  // What it needs to make its first tables is in the client's.
  mariadbd: ["mariadb-server-core", "mariadb-client-core"],
  "redis-server": ["redis-server"],
  prometheus: ["prometheus"],
  promtool: ["prometheus"],
  nginx: ["nginx-light"],
  "docker-compose": ["docker-compose"],
  openssl: ["openssl"],
} as const;

export type Tool = keyof typeof debianPackages;

/** What names a server of one's own, so that none has to be installed. */
const NAMED: Partial<Record<Tool, string>> = { mariadbd: "MYSQL_URL", "redis-server": "REDIS_URL" };

/** All of them; no server of our own where one is named. */
const neededTools = (): Tool[] => (Object.keys(debianPackages) as Tool[]).filter((tool) => !process.env[NAMED[tool] ?? ""]);

/** Where servers lie on Debian, which only root has on the PATH. */
const SBIN = "/usr/sbin";

/** Where a program is on the PATH; `undefined` where it is not. */
export function pathOf(name: string): string | undefined {
  const paths = [...(process.env.PATH ?? "").split(delimiter), SBIN].map((folder) => join(folder, name));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether a program is on the PATH: `test.skipIf(!hasTool("oathtool"))`. With `CI=true` the run never gets this far without it. */
export const hasTool = (name: string): boolean => pathOf(name) !== undefined;

/**
 * Sees to it that the tools are on the PATH: installs the missing ones with apt-get where that can be done
 * (root, on Debian), else says which tests will be skipped. With `CI=true` a missing tool is an error.
 */
export async function ensureTools(tools: readonly Tool[] = neededTools()): Promise<void> {
  const missing = () => tools.filter((tool) => !hasTool(tool));
  if (missing().length === 0) return;

  let why = "it can only be installed by root on Debian";
  if (process.getuid?.() === 0 && hasTool("apt-get")) why = await aptInstall(missing().flatMap((tool) => debianPackages[tool]));

  const names = missing().join(", ");
  if (names === "") return;
  const message = `Not on the PATH: ${names} (${why}).`;
  if (process.env.CI === "true") throw new Error(`${message} With CI=true no test may be skipped: install it and run again.`);
  console.warn(`${message} The tests that need it are skipped.`);
}

/** Installs Debian packages, one installer at a time on the machine. Answers why a tool may still be missing. */
async function aptInstall(packages: string[]): Promise<string> {
  // A second process that waited here finds everything installed, and apt-get has nothing to do.
  const script = 'apt-get -q update && apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"';
  const lock = join(tmpdir(), "nightlatch-apt.lock");
  const command = ["--wait", "300", lock, "bash", "-c", script, "bash", ...packages];
  try {
    await run("flock", command, { timeout: 600_000, maxBuffer: 1 << 24, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    return "apt-get installed its package, but not the program";
  } catch (error) {
    return `apt-get could not install it: ${error instanceof Error ? error.message.slice(0, 500) : String(error)}`;
  }
}

/** Runs a tool to its end, wherever on the PATH it is. Throws, with what it said, unless that is well. */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  { env = process.env, cwd }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<{ stdout: string; stderr: string }> {
  return await run(pathOf(tool) ?? tool, [...args], { env, ...(cwd === undefined ? {} : { cwd }) });
}

/** What `oathtool` prints, without the line's end: `await oathtool(["--totp", "--base32", secret])`. */
export async function oathtool(args: readonly string[]): Promise<string> {
  const { stdout } = await run("oathtool", [...args]);
  return stdout.trimEnd();
}

/** The text that `zbarimg` reads from the QR code in a picture (PNG or JPEG). Throws if it sees none. */
export async function zbarimg(picture: Uint8Array): Promise<string> {
  // zbarimg reads from a file or, as `-`, from standard input; nothing is left on disk.
  const child = spawn("zbarimg", ["--nodbus", "--quiet", "--raw", "-"], { stdio: ["pipe", "pipe", "pipe"] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  child.stdin.on("error", () => {}); // it may stop reading early: its exit code tells the rest
  child.stdin.end(picture);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`zbarimg saw no code in the picture (exit ${code}): ${Buffer.concat(errors).toString().slice(0, 500)}`);
  return Buffer.concat(output).toString().trimEnd();
}
