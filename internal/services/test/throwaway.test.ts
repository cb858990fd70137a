import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hasTool, type Tool } from "../src/index.ts";

const SOURCE = join(import.meta.dirname, "../src/index.ts");

/** A process that starts a server, says where it is, and stays. */
function starter(call: string): ChildProcess {
  const script = `import * as services from ${JSON.stringify(SOURCE)};
    for (const name of ["REDIS_URL", "MYSQL_URL"]) delete process.env[name];
    const { url } = await services.${call};
    console.log(url);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const servers: readonly (readonly [tool: Tool, call: string])[] = [
  ["redis-server", "ownRedisServer()"],
  ["mariadbd", "mysqlServer()"],
  ["prometheus", 'prometheusServer({ jobs: {}, every: "1s" })'],
];

test.each(servers.filter(([tool]) => hasTool(tool)))(
  "a throwaway %s ends with whoever started it, also one that is killed",
  async (_, call) => {
    const child = starter(call);
    const [said] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const port = Number(new URL(String(said).trim()).port);
    expect(await isListening(port)).toBe(true);
    child.kill("SIGKILL");
    await expect.poll(() => isListening(port), { timeout: 20_000, interval: 50 }).toBe(false);
  },
);
