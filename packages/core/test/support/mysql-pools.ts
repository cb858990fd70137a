import { setTimeout } from "node:timers/promises";
import { createPool, type Pool, type PoolConnection, type PoolOptions, type RowDataPacket } from "mysql2/promise";
import { afterEach, inject } from "vitest";
import { type MysqlPool, mysqlStore } from "../../src/stores/mysql/index.ts";
import type { Store } from "../../src/stores/store.ts";
import { newPool } from "./mysql.ts";

export const server: string = inject("mysqlUrl") ?? "";

/** Whether this machine has no such server. */
export const hasNoServer: boolean = server === "";

export const DAY = 86_400_000;

let opened: Pool[] = [];

afterEach(async () => {
  const pools = opened;
  opened = [];
  for (const pool of pools) await pool.end();
});

/** A pool on an empty database; ended behind the test. */
export const empty = async (options: PoolOptions = {}): Promise<{ url: string; pool: Pool }> => {
  const made = await newPool(server, options);
  opened.push(made.pool);
  return made;
};

/** The same, with the tables. */
export const migrated = async (options: PoolOptions = {}): Promise<{ url: string; pool: Pool; store: Store }> => {
  const { url, pool } = await empty(options);
  const store = mysqlStore(pool);
  await store.migrate();
  return { url, pool, store };
};

/** Another pool on a database; ended behind the test. */
export const other = (url: string, options: PoolOptions = {}): Pool => {
  const pool = createPool({ uri: url, ...options });
  opened.push(pool);
  return pool;
};

/** Ends a pool before its test is over. */
export async function end(pool: Pool): Promise<void> {
  opened = opened.filter((one) => one !== pool);
  await pool.end();
}

export const rowsOf = async (pool: Pool | PoolConnection, sql: string, values: string[] = []): Promise<RowDataPacket[]> =>
  (await pool.query<RowDataPacket[]>(sql, values))[0];

/** Waits until so many transactions of a database wait for a lock. */
export async function untilWaiting(pool: Pool, count = 1): Promise<void> {
  const waiting = `SELECT COUNT(*) AS waiting FROM information_schema.innodb_trx t JOIN information_schema.processlist p
    ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`;
  for (;;) {
    const [found] = await rowsOf(pool, waiting);
    if (Number(found?.waiting) >= count) return;
    // InnoDB brings this view up to date only once nobody has read it for 100 ms.
    await setTimeout(150);
  }
}

/** A pool behind a line on which statements are told of, or lost. */
export const tapped = (
  pool: Pool,
  tap: (sql: string, run: () => Promise<[unknown, unknown]>, at: PoolConnection) => Promise<[unknown, unknown]>,
): MysqlPool => ({
  async getConnection() {
    const at = await pool.getConnection();
    return {
      connection: at.connection,
      query: (statement) => tap(statement.sql, () => at.query(statement), at),
      execute: (statement, values) => tap(statement.sql, () => at.execute(statement, values), at),
      release: () => at.release(),
      destroy: () => at.destroy(),
    };
  },
});
