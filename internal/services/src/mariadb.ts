import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createConnection } from "mysql2/promise";
import { freePort } from "./postgres.ts";
import { startThrowaway, throwawayFolder } from "./throwaway.ts";
import { pathOf } from "./tools.ts";

/** A MariaDB or MySQL server for tests. */
export interface MysqlServer {
  /** The connection string of a user who may do anything. */
  url: string;
  stop(): Promise<void>;
}

/** MariaDB refuses to run as root unless it is told to in so many words. */
const AS_ROOT = process.getuid?.() === 0 ? ["--user=root"] : [];

/** Loopback and a folder of its own; connections for as many workers as a machine has cores; nothing that outlasts the test. */
const SETTINGS = [
  "--bind-address=127.0.0.1",
  "--skip-name-resolve",
  "--max-connections=500",
  "--max-prepared-stmt-count=100000",
  "--innodb-buffer-pool-size=64M",
  "--innodb-flush-log-at-trx-commit=0",
  "--innodb-fast-shutdown=2",
];

/** Whether a server lets one in. */
const answers = async (url: string): Promise<boolean> =>
  await createConnection(url)
    .then((connection) => connection.end())
    .then(
      () => true,
      () => false,
    );

/**
 * The server named by `MYSQL_URL`, or else a private throwaway one: the machine's MariaDB, in a temporary folder, on a
 * free port of loopback. `null` where the machine has none.
 */
export async function mysqlServer(): Promise<MysqlServer | null> {
  const given = process.env.MYSQL_URL;
  if (given) return { url: given, stop: async () => {} };
  const [program, installer] = [pathOf("mariadbd"), pathOf("mariadb-install-db")];
  if (!program || !installer) return null;

  const folder = await throwawayFolder("mariadb");
  const data = join(folder, "data");
  const installing = ["--no-defaults", ...AS_ROOT, `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db"];
  await promisify(execFile)(installer, installing);
  const port = await freePort();
  const places = [`--datadir=${data}`, `--socket=${join(folder, "socket")}`, `--pid-file=${join(folder, "pid")}`, `--port=${port}`];
  const url = `mysql://root@127.0.0.1:${port}/mysql`;
  const command = [program, "--no-defaults", ...AS_ROOT, ...places, ...SETTINGS];
  const stop = await startThrowaway({ command, folder, answers: () => answers(url) });
  return { url, stop };
}

/** A new, empty database on a server; its connection string. */
export async function newMysqlDatabase(serverUrl: string): Promise<string> {
  const name = `t${process.pid}_${Math.random().toString(36).slice(2, 12)}`;
  const client = await createConnection(serverUrl);
  try {
    await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
