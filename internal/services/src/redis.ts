import { once } from "node:events";
import { connect } from "node:net";
import { freePort } from "./postgres.ts";
import { startThrowaway, throwawayFolder } from "./throwaway.ts";
import { pathOf } from "./tools.ts";

/** A Redis server for tests. */
export interface RedisServer {
  url: string;
  stop(): Promise<void>;
}

/** Loopback and memory alone: no configuration of the machine's, and nothing that outlasts the test. */
const SETTINGS = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--protected-mode", "yes", "--daemonize", "no"];

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

/** A private throwaway server: the machine's redis-server, in a temporary folder, on a port of loopback. `null` where the machine has none. */
export async function ownRedisServer(port?: number): Promise<RedisServer | null> {
  const program = pathOf("redis-server");
  if (!program) return null;
  const folder = await throwawayFolder("redis");
  const at = port ?? (await freePort());
  const command = [program, "--port", String(at), "--dir", folder, ...SETTINGS];
  const stop = await startThrowaway({ command, folder, answers: () => pings(at) });
  return { url: `redis://127.0.0.1:${at}`, stop };
}

/** The server named by `REDIS_URL`, or else a private throwaway one. `null` where the machine has none. */
export async function redisServer(): Promise<RedisServer | null> {
  const given = process.env.REDIS_URL;
  return given ? { url: given, stop: async () => {} } : await ownRedisServer();
}
