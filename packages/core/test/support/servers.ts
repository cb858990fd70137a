import { createPool } from "mysql2/promise";
import pg from "pg";
import type { Store } from "../../src/index.ts";
import { mysqlStore } from "../../src/stores/mysql/index.ts";
import { postgresStore } from "../../src/stores/postgres/index.ts";

/** A store on a server that several processes may come to. */
export interface Served {
  store: Store;
  /** Runs something while a transaction of the host's is open on a connection beside the store's, and rolls that back. */
  beside(run: () => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

/** A store of this process, with so many connections that stand already. */
export async function serve(url: string, connections = 10): Promise<Served> {
  if (url.startsWith("mysql:")) {
    const pool = createPool({ uri: url, connectionLimit: connections });
    await Promise.all(Array.from({ length: connections }, () => pool.query("SELECT SLEEP(0.05)")));
    return {
      store: mysqlStore(pool),
      async beside(run) {
        const connection = await pool.getConnection();
        await connection.beginTransaction();
        await run();
        await connection.rollback();
        connection.release();
      },
      close: () => pool.end(),
    };
  }
  const pool = new pg.Pool({ connectionString: url, max: connections });
  await Promise.all(Array.from({ length: connections }, () => pool.query("SELECT pg_sleep(0.05)")));
  return {
    store: postgresStore(pool),
    async beside(run) {
      const client = await pool.connect();
      await client.query("BEGIN");
      await run();
      await client.query("ROLLBACK");
      client.release();
    },
    close: () => pool.end(),
  };
}
