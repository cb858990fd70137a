import { PGlite } from "@electric-sql/pglite";
import { newDatabase } from "@nightlatch/internal-services";
import pg from "pg";
import type { Store } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { mysqlStore } from "../src/stores/mysql/index.ts";
import { postgresStore } from "../src/stores/postgres/index.ts";
import { sqliteStore } from "../src/stores/sqlite/index.ts";
import { newPool } from "../test/support/mysql.ts";
import { type Racers, racersHere, racersIn } from "../test/support/racers.ts";
import { type ClientName, clients, newFile } from "../test/support/sqlite.ts";

/** How a database is made to fail in the middle of a write: by triggers, in its own words. */
export interface Tables {
  dialect: "postgres" | "sqlite" | "mysql";
  /** Those that a user's acts write to, in some journey or other. */
  names: readonly string[];
  run(sql: string): Promise<void>;
}

/** An empty store with migrated tables, and what a figure needs beside it. */
export interface Arena {
  store: Store;
  /** What tells another process where the store is; absent where it can't be shared. */
  env?: Record<string, string>;
  /** Absent where there are no tables. */
  tables?: Tables;
  close(): Promise<void>;
}

/** Where an arena is opened. */
export interface Ground {
  name: string;
  /** Whether several processes may come to it. */
  isShared: boolean;
  /** Gives nothing where what it needs is not to be had. */
  open(): Promise<Arena | undefined>;
}

const NAMES = [
  "nightlatch_subjects",
  "nightlatch_factors",
  "nightlatch_codes",
  "nightlatch_devices",
  "nightlatch_spent",
  "nightlatch_audit",
];

const memory: Ground = { name: "memory", isShared: false, open: async () => ({ store: memoryStore(), close: async () => {} }) };

const pglite: Ground = {
  name: "pglite",
  isShared: false,
  async open() {
    const client = await PGlite.create();
    const store = postgresStore(client);
    await store.migrate();
    return {
      store,
      tables: { dialect: "postgres", names: NAMES, run: async (sql) => void (await client.exec(sql)) },
      close: () => client.close(),
    };
  },
};

/** @param serverUrl - asked for only when the arena is opened */
const postgres = (serverUrl: () => Promise<string>): Ground => ({
  name: "postgres",
  isShared: true,
  async open() {
    const url = await newDatabase(await serverUrl());
    const pool = new pg.Pool({ connectionString: url, max: 10 });
    // A connection that the server ends while both stop.
    pool.on("error", () => {});
    const store = postgresStore(pool, { prepare: true });
    await store.migrate();
    return {
      store,
      env: { RACE_URL: url },
      tables: { dialect: "postgres", names: NAMES, run: async (sql) => void (await pool.query(sql)) },
      close: () => pool.end(),
    };
  },
});

const sqlite = (client: ClientName): Ground => ({
  name: client,
  isShared: true,
  async open() {
    const { file, remove } = await newFile();
    const [own, other] = [clients[client](file), clients[client](file)];
    const store = sqliteStore(own);
    await store.migrate();
    return {
      store,
      env: { RACE_FILE: file, RACE_CLIENT: client },
      tables: { dialect: "sqlite", names: [...NAMES, "nightlatch_lanes"], run: async (sql) => void other.exec(sql) },
      async close() {
        own.close();
        other.close();
        await remove();
      },
    };
  },
});

/** @param serverUrl - asked for only when the arena is opened; `null` where there is no server */
const mariadb = (serverUrl: () => Promise<string | null>): Ground => ({
  name: "mariadb",
  isShared: true,
  async open() {
    const server = await serverUrl();
    if (server === null) return undefined;
    const { url, pool } = await newPool(server, { connectionLimit: 10 });
    const store = mysqlStore(pool);
    await store.migrate();
    return {
      store,
      env: { RACE_URL: url },
      tables: { dialect: "mysql", names: NAMES, run: async (sql) => void (await pool.query(sql)) },
      close: () => pool.end(),
    };
  },
});

/** Where the servers are. */
export interface Servers {
  postgresUrl(): Promise<string>;
  mysqlUrl(): Promise<string | null>;
}

/** Every store, on the real thing. */
export const grounds = ({ postgresUrl, mysqlUrl }: Servers): Ground[] => [
  memory,
  pglite,
  postgres(postgresUrl),
  sqlite("node:sqlite"),
  sqlite("better-sqlite3"),
  mariadb(mysqlUrl),
];

/** Two processes where the store can be shared, else one. */
export const processesOf = ({ env }: Arena): number => (env ? 2 : 1);

/** Those who race: one engine in each of two processes, or a single one in this. */
export async function racersAt({ store, env }: Arena, failures: number): Promise<Racers> {
  if (!env) return await racersHere(store, failures);
  const own = { ...env, RACE_FAILURES: String(failures) };
  return await racersIn([own, own]);
}
