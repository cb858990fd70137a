import { setTimeout } from "node:timers/promises";

/** What is bound to a statement. */
export type MysqlValue = string | number | null;

/** A statement as it is handed to mysql2. Whatever else the pool is set to, rows come as objects, integers as numbers, the rest as strings. */
export interface MysqlStatement {
  sql: string;
  rowsAsArray: boolean;
  nestTables: boolean;
  /** Gives a column's value in place of what mysql2 would make of it, which is what `next` gives. */
  typeCast(field: MysqlField, next: () => unknown): unknown;
}

/** A column's value on its way in, as mysql2 tells of it. */
export interface MysqlField {
  type: string;
  /** The value as text; `null` for NULL. */
  string(encoding: string): string | null;
}

/** What is asked of a connection: a `PoolConnection` of mysql2/promise has it. */
export interface MysqlConnection {
  /** The same object whenever the pool gives this connection: what a fresh wrapper is around. */
  readonly connection?: object;
  /** Runs one statement with nothing bound. */
  query(statement: MysqlStatement): Promise<[unknown, unknown]>;
  /** Runs one statement, prepared, with a `?` for each value. */
  execute(statement: MysqlStatement, values: MysqlValue[]): Promise<[unknown, unknown]>;
  /** Gives it back to its pool. */
  release(): void;
  /** Closes it: its pool makes another. */
  destroy(): void;
}

/** What is asked of a pool: a `Pool` of mysql2/promise has it. */
export interface MysqlPool {
  /** A connection that nobody else has until it is released. */
  getConnection(): Promise<MysqlConnection>;
}

/** A row of an answer. */
export type Row = Record<string, string | number | null>;

/** Statements on one connection. */
export interface Session {
  rows(sql: string, values?: readonly MysqlValue[]): Promise<Row[]>;
  /** The row that a locking statement finds. It has to ask for `IS_SET_UP`. */
  locked(sql: string, values?: readonly MysqlValue[]): Promise<Row | undefined>;
  /** How many rows were changed. Rows set to what they are already count or don't, as the pool's flags say. */
  change(sql: string, values?: readonly MysqlValue[]): Promise<number>;
  /** A statement that can't be prepared, or need not be. */
  plainly(sql: string): Promise<void>;
}

/** The way to a pool. */
export interface Connection {
  /** On one connection, each statement by itself. */
  outside<T>(verb: (session: Session) => Promise<T>): Promise<T>;
  /** All of what it writes stays, or none. Run again while others are in the way. */
  transaction<T>(verb: (session: Session) => Promise<T>): Promise<T>;
}

/**
 * Too long a value is an error and is not cut off, whatever the server's own mode; and "" is not NULL, a quote not a
 * name's, as in modes that other databases lent their names to.
 */
const SQL_MODE = "STRICT_ALL_TABLES";

/** In seconds, for a row that another transaction holds. The server's own 50 would hold up a sign-in as long. */
const LONGEST_WAIT = 5;

/** Every statement sees what is committed by then; and what was looked for in vain is not locked for those who would insert it. */
const ISOLATION = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
const SETTINGS = `SET SESSION autocommit = 1, SESSION innodb_lock_wait_timeout = ${LONGEST_WAIT}, SESSION sql_mode = '${SQL_MODE}'`;
const CHARSETS = "SELECT @@character_set_client AS client, @@character_set_connection AS connection, @@character_set_results AS results";

/** Whether a connection is still as it was set up: a pool may reset those that come back to it. */
export const IS_SET_UP: string = `@@sql_mode = '${SQL_MODE}' AS isSetUp`;

/** The connection was reset since it was set up. */
class ResetError extends Error {}

/** What a verb throws when another has come before it in a way that only a new look can tell. */
export class OvertakenError extends Error {}

/** Each try after the first follows a transaction of somebody else that came through, so a few always do. */
const MOST_TRIES = 50;
/** No more tries after so many milliseconds. */
const LONGEST_TRYING = 10_000;

export const errnoOf = (error: unknown): unknown => (Object(error) as { errno?: unknown }).errno;

/** ER_DUP_ENTRY. */
export const isDuplicate = (error: unknown): boolean => errnoOf(error) === 1062;

/** Nothing was done, and the same may be tried again: ER_LOCK_DEADLOCK, ER_LOCK_WAIT_TIMEOUT, or one of the above. */
const isPassing = (error: unknown): boolean =>
  error instanceof ResetError || error instanceof OvertakenError || [1213, 1205].includes(errnoOf(error) as number);

const INTEGERS = new Set(["TINY", "SHORT", "INT24", "LONG", "LONGLONG"]);

/** mysql2 gives binary strings as buffers, and large integers as strings where the pool is set to. */
const typeCast = (field: MysqlField, next: () => unknown): unknown => {
  if (!INTEGERS.has(field.type)) return field.string("utf8");
  const value = next();
  return value === null ? null : Number(value);
};

const statement = (sql: string): MysqlStatement => ({ sql, rowsAsArray: false, nestTables: false, typeCast });

function sessionOn(connection: MysqlConnection): Session {
  const run = async (sql: string, values: readonly MysqlValue[] = []): Promise<unknown> =>
    (await connection.execute(statement(sql), [...values]))[0];
  const session: Session = {
    rows: async (sql, values) => (await run(sql, values)) as Row[],
    async locked(sql, values) {
      const [row] = await session.rows(sql, values);
      if (row && row.isSetUp !== 1)
        throw new ResetError("The pool's connections are reset again and again. Create it without `resetOnRelease`.");
      return row;
    },
    change: async (sql, values) => ((await run(sql, values)) as { affectedRows: number }).affectedRows,
    async plainly(sql) {
      await connection.query(statement(sql));
    },
  };
  return session;
}

/**
 * The first rows of a statement that ends with LIMIT. The number has to be written there, since mysql2 binds numbers as
 * doubles; and each text is a statement prepared on each connection, of which a server keeps so many. So it is one of few.
 */
export async function paged(session: Session, sql: string, values: readonly MysqlValue[], limit: number): Promise<Row[]> {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError(`A page of ${limit} rows can't be read: give a whole number.`);
  const rows = await session.rows(sql + 2 ** Math.ceil(Math.log2(limit)), values);
  return rows.slice(0, limit);
}

async function setUp(session: Session): Promise<void> {
  await session.plainly(ISOLATION);
  await session.plainly(SETTINGS);
  const [charsets = {}] = await session.rows(CHARSETS);
  if (Object.values(charsets).some((charset) => charset !== "utf8mb4")) {
    throw new TypeError(
      `The MySQL connection speaks ${charsets.client}, and names would get lost on the way. Create the pool without \`charset\`, or with "utf8mb4".`,
    );
  }
}

/** Opens the way to a pool. Nothing is asked of it before the first statement. */
export function connectionOf(pool: MysqlPool): Connection {
  const ready = new WeakSet<object>();

  const onConnection = async <T>(run: (session: Session) => Promise<T>): Promise<T> => {
    const connection = await pool.getConnection();
    const session = sessionOn(connection);
    const itself = connection.connection ?? connection;
    try {
      if (!ready.has(itself)) await setUp(session);
      ready.add(itself);
      const result = await run(session);
      connection.release();
      return result;
    } catch (error) {
      ready.delete(itself);
      // Whatever failed: its transaction ends with it, and the pool does not hand out one to a server that can't be written to any more.
      if (!isPassing(error)) connection.destroy();
      else
        await session.plainly("ROLLBACK").then(
          () => connection.release(),
          () => connection.destroy(),
        );
      throw error;
    }
  };

  const once = <T>(verb: (session: Session) => Promise<T>): Promise<T> =>
    onConnection(async (session) => {
      await session.plainly("START TRANSACTION");
      const result = await verb(session);
      // When its answer is lost nobody knows whether it happened: the verb rejects, and is not run again.
      await session.plainly("COMMIT");
      return result;
    });

  return Object.freeze({
    outside: onConnection,
    async transaction<T>(verb: (session: Session) => Promise<T>): Promise<T> {
      const began = performance.now();
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(verb);
        } catch (error) {
          if (!isPassing(error) || attempt === MOST_TRIES || performance.now() - began > LONGEST_TRYING) throw error;
        }
        await setTimeout(10 * Math.random());
      }
    },
  });
}
