import { PGlite } from "@electric-sql/pglite";
import { newDatabase } from "@nightlatch/internal-services";
import type {} from "@nightlatch/internal-services/vitest-global";
import pg from "pg";
import { inject } from "vitest";
import type { Store } from "../../src/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { mysqlStore } from "../../src/stores/mysql/index.ts";
import { postgresStore } from "../../src/stores/postgres/index.ts";
import { sqliteStore } from "../../src/stores/sqlite/index.ts";
import { newPool } from "./mysql.ts";
import { type ClientName, clients, newFile } from "./sqlite.ts";

/** A store under test, opened on something empty. */
export interface OpenedStore {
  store: Store;
  /** The connection string, where other processes can share the store. */
  url?: string;
  close(): Promise<void>;
}

const onSqlite = (name: ClientName) => ({
  name,
  async open(): Promise<OpenedStore> {
    const { file, remove } = await newFile();
    const client = clients[name](file);
    const store = sqliteStore(client);
    await store.migrate();
    return {
      store,
      async close() {
        client.close();
        await remove();
      },
    };
  },
});

const onMariadb = (serverUrl: string) => ({
  name: "mariadb",
  async open(): Promise<OpenedStore> {
    const { url, pool } = await newPool(serverUrl, { connectionLimit: 20 });
    const store = mysqlStore(pool);
    await store.migrate();
    // As below.
    await Promise.all(Array.from({ length: 20 }, () => pool.query("SELECT SLEEP(0.05)")));
    return { store, url, close: () => pool.end() };
  },
});

const mysqlUrl = inject("mysqlUrl");

/** Every store, on the real thing: none is mocked. */
export const stores: { name: string; open(): Promise<OpenedStore> }[] = [
  {
    name: "memory",
    open: async () => ({ store: memoryStore(), close: async () => {} }),
  },
  {
    name: "pglite",
    async open() {
      const client = await PGlite.create();
      const store = postgresStore(client);
      await store.migrate();
      return { store, close: () => client.close() };
    },
  },
  {
    name: "postgres",
    async open() {
      const url = await newDatabase(inject("postgresUrl"));
      const pool = new pg.Pool({ connectionString: url, max: 20 });
      // Prepared here; the races between processes and the broken stores run the same statements unprepared.
      const store = postgresStore(pool, { prepare: true });
      await store.migrate();
      // Every connection stands before a race: waiting for one would put the racers in a row.
      await Promise.all(Array.from({ length: 20 }, () => pool.query("SELECT pg_sleep(0.05)")));
      return { store, url, close: () => pool.end() };
    },
  },
  onSqlite("node:sqlite"),
  onSqlite("better-sqlite3"),
  ...(mysqlUrl === null ? [] : [onMariadb(mysqlUrl)]),
];
