import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort } from "./postgres.ts";
import { pathOf } from "./tools.ts";

/** A Redis server for tests. */
export interface RedisServer {
  url: string;
  stop(): Promise<void>;
}

/** Loopback and memory alone: no configuration of the machine's, and nothing that outlasts the test. */
const SETTINGS = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--protected-mode", "yes", "--daemonize", "no"];

/** Ends a command once nobody holds the shell's input any more: a run that is broken off stops nothing itself. */
const TETHERED = 'exec 3<&0; "$@" & server=$!; { read -r _ <&3; kill $server; } & wait $server';

const LONGEST_START = 30_000;

/** Whether a Redis server answers on a port of loopback. */
async function pings(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    socket.write("PING\r\n");
    const [said] = await once(socket, "data", { signal: AbortSignal.timeout(1000) });
    return String(said).startsWith("+PONG");
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Waits until the server answers; rejects with what it said, if it ends instead. */
async function answering(server: ChildProcess, port: number, said: readonly string[]): Promise<void> {
  const until = performance.now() + LONGEST_START;
  while (!(await pings(port))) {
    if (server.exitCode !== null || performance.now() > until) throw new Error(`Redis did not start: ${said.join("").slice(-1000)}`);
    await setTimeout(20);
  }
}

/** A private throwaway server: the machine's redis-server, in a temporary folder, on a port of loopback. `null` where the machine has none. */
export async function ownRedisServer(port?: number): Promise<RedisServer | null> {
  const program = pathOf("redis-server");
  if (!program) return null;
  const folder = await mkdtemp(join(tmpdir(), "nightlatch-redis-"));
  const at = port ?? (await freePort());
  const said: string[] = [];
  const command = [program, "--port", String(at), "--dir", folder, ...SETTINGS];
  const server = spawn("sh", ["-c", TETHERED, "sh", ...command], { stdio: ["pipe", "pipe", "pipe"] });
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, "exit");
      server.stdin.end();
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answering(server, at, said);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${at}`, stop };
}

/** The server named by `REDIS_URL`, or else a private throwaway one. `null` where the machine has none. */
export async function redisServer(): Promise<RedisServer | null> {
  const given = process.env.REDIS_URL;
  return given ? { url: given, stop: async () => {} } : await ownRedisServer();
}
