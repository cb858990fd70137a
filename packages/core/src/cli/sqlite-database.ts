import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type SqliteClient, sqliteMigrations, sqliteStore } from "../stores/sqlite/index.ts";
import type { Database } from "./database.ts";
import { databaseFault } from "./driver-fault.ts";
import { unreachable, usage } from "./exit.ts";
import { hostModule } from "./host-module.ts";
import type { Shell } from "./shell.ts";

type Client = SqliteClient & { close(): unknown };

/** node:sqlite warns that it is experimental whenever it is loaded; who runs this program can't do anything about it. */
async function nodeSqlite(): Promise<(file: string) => Client> {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const { DatabaseSync } = await import("node:sqlite");
    return (file) => new DatabaseSync(file);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** better-sqlite3 where the host has one that loads, so that both speak to the file in one way; else node:sqlite. */
async function opener(cwd: string): Promise<(file: string) => Client> {
  const BetterSqlite3 = await hostModule<new (file: string) => Client>(cwd, "better-sqlite3");
  if (!BetterSqlite3) return await nodeSqlite();
  const plain = await nodeSqlite();
  return (file) => {
    try {
      return new BetterSqlite3(file);
    } catch (error) {
      // Its native half was built for another Node.
      if (!/NODE_MODULE_VERSION|bindings/.test(String(error))) throw error;
      return plain(file);
    }
  };
}

/** `sqlite:./app.db`, `sqlite:app.db`, `sqlite:///var/app.db`. */
function fileOf(url: string, cwd: string): string {
  const path = url.slice("sqlite:".length);
  const file = path.startsWith("///") ? fileURLToPath(`file:${path}`) : resolve(cwd, path.replace(/^\/\/(?!\/)/, ""));
  if (path === "" || path === ":memory:")
    throw usage("An SQLite database is given by its file: sqlite:./app.db. One in memory would be gone when this program ends.");
  return file;
}

/** Opens an SQLite file. One that isn't there is made by `migrate` alone: a misspelt path must not look like an empty store. */
export async function openSqlite(url: string, { cwd }: Shell, make: boolean): Promise<Database> {
  const file = fileOf(url, cwd);
  const place = `sqlite:${file}`;
  if (!make && !existsSync(file))
    throw unreachable(`There is no file ${file}. Correct the path; if it is to be a new database: nightlatch migrate`);
  let client: Client;
  let version: string;
  try {
    client = (await opener(cwd))(file);
    version = `SQLite ${(client.prepare("SELECT sqlite_version() AS value, (SELECT count(*) FROM sqlite_schema) AS tables").get() as { value: string }).value}`;
  } catch (fault) {
    throw databaseFault(place, fault);
  }
  const rows = <T>(sql: string, ...values: string[]): T[] => {
    try {
      return client.prepare(sql).all(...values) as T[];
    } catch (fault) {
      throw databaseFault(place, fault);
    }
  };
  return Object.freeze({
    kind: "sqlite",
    place,
    version,
    known: sqliteMigrations,
    store: sqliteStore(client),
    async installed() {
      if (rows("SELECT 1 FROM sqlite_schema WHERE name = 'nightlatch_migrations'").length === 0) return [];
      return rows<{ version: number }>("SELECT version FROM nightlatch_migrations ORDER BY version").map(({ version: number }) => number);
    },
    async countFactors(notUnder = "") {
      const sql = "SELECT count(*) AS value FROM nightlatch_factors WHERE ? = '' OR substr(secret, 1, length(?)) <> ?";
      return rows<{ value: number }>(sql, notUnder, notUnder, notUnder)[0]?.value ?? 0;
    },
    now: async () => undefined,
    async close() {
      client.close();
    },
  } satisfies Database);
}
