import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@nightlatch/internal-services";
import { type ServiceName, services } from "../../src/services.ts";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const MAIN = "examples/meeting-rooms/src/main.ts";

/** Milliseconds that a process is given to answer, or to end. */
const DEADLINE = 150_000;

/** What of this test run's own environment a started process may see: its settings come from the test alone. */
const { PATH, HOME, TMPDIR } = process.env;

/** A new, empty data folder. */
export const newFolder = (): string => mkdtempSync(join(tmpdir(), "meeting-rooms-"));

/** A keyring. */
export const newKeys = (): string => `k1:${crypto.getRandomValues(Buffer.alloc(32)).toString("base64")}`;

/** A started process: where each service answers. Those of another process are where the environment says. */
export interface Started extends Readonly<Record<ServiceName, string>> {
  /** What it has written, to standard output and error. */
  output(): string;
  /** Stops it as an init system would; its exit code. */
  stop(): Promise<number | null>;
  /** Kills it as a power cut would. */
  kill(): Promise<void>;
}

interface Launch {
  env?: Record<string, string>;
  args?: string[];
}

const children = new Set<ChildProcess>();

/** Ends every process that a test left behind. */
export async function endAll(): Promise<void> {
  await Promise.all([...children].map((child) => end(child, "SIGKILL")));
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    await ended;
  }
  return child.exitCode;
}

function launch({ env = {}, args = [] }: Launch): { child: ChildProcess; output: () => string } {
  const base = { PATH, HOME, TMPDIR, LOG_LEVEL: "info", WEB_CONSOLE: "off" };
  const child = spawn(process.execPath, ["--conditions=@nightlatch/source", MAIN, ...args], { cwd: ROOT, env: { ...base, ...env } });
  children.add(child);
  child.once("close", () => children.delete(child));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    // Decoded across chunks: one may end within a character.
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

async function healthy(url: string, signal: AbortSignal): Promise<boolean> {
  return await fetch(`${url}/health`, { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

const names = services.map(({ name }) => name);

/** A free port for each service, as the environment names them. */
async function freePorts(): Promise<Record<string, string>> {
  const ports: Record<string, string> = {};
  for (const name of names) ports[`${name.toUpperCase()}_PORT`] = String(await freePort());
  return ports;
}

/** Starts the system, or one service of it, and waits until it answers. */
export async function startSystem({ env = {}, args = [] }: Launch = {}): Promise<Started> {
  const settings: Record<string, string> = { NIGHTLATCH_DATA: newFolder(), ...(await freePorts()), ...env };
  const { child, output } = launch({ env: settings, args });
  const urls = Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${settings[`${name.toUpperCase()}_PORT`]}`]));
  const awaited = names.filter((name) => args.length === 0 || args.includes(name)).map((name) => urls[name] ?? "");
  const signal = AbortSignal.timeout(DEADLINE);
  while (!(await Promise.all(awaited.map((url) => healthy(url, signal)))).every(Boolean)) {
    if (signal.aborted || child.exitCode !== null || child.signalCode !== null) {
      await end(child, "SIGKILL");
      throw new Error(`The system did not start (exit ${child.exitCode}):\n${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    ...(urls as Record<ServiceName, string>),
    output,
    stop: () => end(child, "SIGTERM"),
    kill: async () => void (await end(child, "SIGKILL")),
  };
}

/** Starts what is not going to go on, and waits until it has ended: its exit code and what it said. */
export async function runToEnd({ env = {}, args = [] }: Launch): Promise<{ code: number | null; output: string }> {
  const { child, output } = launch({ env: { ...(await freePorts()), ...env }, args });
  const late = setTimeout(() => child.kill("SIGKILL"), DEADLINE);
  await new Promise((resolve) => child.once("close", resolve));
  clearTimeout(late);
  return { code: child.exitCode, output: output() };
}
