import { Pool, type PoolClient } from "pg";
import type { Logger } from "pino";
import { StartError } from "../start-error.ts";
import { type Database, DatabaseOutage } from "./database.ts";

/** Milliseconds that a request waits for a connection, or for a statement, before it fails. */
const PATIENCE = 10_000;

/** Tells a server that can't be reached, is full or is shutting down from a statement that it refused. */
function outage(cause: unknown): unknown {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const refused = /^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57)/.test(code);
  return refused ? cause : new DatabaseOutage("The database server did not answer.", { cause });
}

const rowsFrom = (on: Pool | PoolClient) =>
  async function query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await on.query<Row>(text, [...values])).rows;
    } catch (error) {
      throw outage(error);
    }
  };

function poolAt(connectionString: string, log: Logger, statementTimeout: number): Pool {
  const pool = new Pool({ connectionString, max: 10, connectionTimeoutMillis: PATIENCE, statement_timeout: statementTimeout });
  // A connection that drops while idle is replaced by the next query; unheard, it would end the process.
  pool.on("error", ({ message }) => log.warn({ message }, "a database connection was lost"));
  return pool;
}

async function inTransaction<T>(pool: Pool, work: Parameters<Database["transaction"]>[0]): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw outage(error);
  });
  let broken = false;
  try {
    await client.query("BEGIN");
    const result = await work({ query: rowsFrom(client), script: async (text) => void (await client.query(text)) });
    await client.query("COMMIT");
    return result as T;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * PostgreSQL on a server.
 *
 * @throws StartError when it does not answer; the message holds no password
 */
export async function connectToServer(
  url: string,
  log: Logger,
  /** Milliseconds that a statement may take; 0 for as long as it likes. */
  { statementTimeout = PATIENCE }: { statementTimeout?: number } = {},
): Promise<Database> {
  const pool = poolAt(url, log, statementTimeout);
  const mfaPool = poolAt(url, log, statementTimeout);
  try {
    await pool.query("SELECT 1");
  } catch (cause) {
    await Promise.all([pool.end(), mfaPool.end()]);
    const why = cause instanceof Error ? cause.message || ("code" in cause ? String(cause.code) : cause.name) : String(cause);
    throw new StartError(`The database server that DATABASE_URL names can't be used: ${why}.`, { cause });
  }
  return Object.freeze({
    query: rowsFrom(pool),
    transaction: <T>(work: Parameters<Database["transaction"]>[0]) => inTransaction<T>(pool, work),
    mfaClient: mfaPool,
    async close() {
      await Promise.all([pool.end(), mfaPool.end()]);
    },
  } satisfies Database);
}
