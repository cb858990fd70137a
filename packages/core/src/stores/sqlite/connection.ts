import { setImmediate, setTimeout } from "node:timers/promises";

/** What is bound to a statement. */
export type SqliteValue = string | number | null;

/** What is asked of a prepared statement. */
export interface SqliteStatement {
  /** Runs it for its first row; `undefined` if there is none. */
  get(...values: SqliteValue[]): unknown;
  /** Runs it for all of its rows. */
  all(...values: SqliteValue[]): unknown[];
  /** Runs it for what it changes, and tells in how many rows. */
  run(...values: SqliteValue[]): { changes: number | bigint };
}

/**
 * What is asked of an SQLite connection: a `DatabaseSync` of node:sqlite and a `Database` of better-sqlite3
 * both have it, with rows as objects and integers as numbers, as they are unless told otherwise.
 */
export interface SqliteClient {
  /** Runs statements with nothing bound. */
  exec(sql: string): unknown;
  /** Compiles one statement, with a `?` for each value. */
  prepare(sql: string): SqliteStatement;
}

/** Statements within a transaction. Each is prepared once. */
export interface Session {
  first<T extends object>(sql: string, ...values: SqliteValue[]): T | undefined;
  every<T extends object>(sql: string, ...values: SqliteValue[]): T[];
  /** How many rows were changed. */
  change(sql: string, ...values: SqliteValue[]): number;
  /** Several statements at once, with nothing bound. */
  script(sql: string): void;
}

/** A connection whose transactions follow each other, and wait for those of other processes. */
export interface Connection {
  /** Looks at one state of the file. */
  read<T>(verb: (session: Session) => T): Promise<T>;
  /** Alone on the file; all of what it writes stays, or none. */
  write<T>(verb: (session: Session) => T): Promise<T>;
  /** Lets readers and a writer go on beside each other. The file remembers it. */
  useWriteAheadLog(): Promise<void>;
}

/** How long to wait for other processes while none of this connection's transactions gets its turn. */
const LONGEST_WAIT = 5_000;

/** SQLITE_BUSY, whatever its extended code: in `errcode` of node:sqlite, by name in `code` of better-sqlite3. */
function isBusy(error: unknown): boolean {
  const { code, errcode } = Object(error) as { code?: unknown; errcode?: unknown };
  if (typeof errcode === "number") return (errcode & 0xff) === 5;
  return typeof code === "string" && code.startsWith("SQLITE_BUSY");
}

/** Opens the road to a client. Nothing is asked of it before the first transaction. */
export function connectionOf(client: SqliteClient): Connection {
  const statements = new Map<string, SqliteStatement>();
  let isReady = false;
  let last: Promise<unknown> = Promise.resolve();
  let progressAt = 0;

  const prepared = (sql: string): SqliteStatement => {
    const statement = statements.get(sql) ?? client.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  // Copied: node:sqlite gives rows without a prototype.
  const session: Session = {
    first<T extends object>(sql: string, ...values: SqliteValue[]) {
      const row = prepared(sql).get(...values) as T | undefined;
      return row && { ...row };
    },
    every: <T extends object>(sql: string, ...values: SqliteValue[]) => (prepared(sql).all(...values) as T[]).map((row) => ({ ...row })),
    change: (sql, ...values) => Number(prepared(sql).run(...values).changes),
    script: (sql) => void client.exec(sql),
  };

  const getReady = (): void => {
    if (isReady) return;
    // Waiting is done below, where it does not hold up the process.
    client.exec("PRAGMA busy_timeout = 0");
    // With less, a loss of power could undo a commit: a used code would count again, a failure would not.
    client.exec("PRAGMA synchronous = FULL");
    if (session.first<{ one?: unknown }>("SELECT 1 AS one")?.one !== 1) {
      throw new TypeError("The SQLite connection gives rows as arrays, or integers as BigInt. The store needs objects and numbers.");
    }
    isReady = true;
  };

  /**
   * Runs in a turn of the event loop of its own, behind what was asked for before, and again while another
   * process has the file. SQLite's own waiting would stop this process, and asks seldom enough to starve.
   */
  const inTurn = <T>(run: () => T): Promise<T> => {
    const askedAt = performance.now();
    const attempt = async (): Promise<T> => {
      for (;;) {
        await setImmediate();
        try {
          getReady();
          const result = run();
          progressAt = performance.now();
          return result;
        } catch (error) {
          if (!isBusy(error) || performance.now() - Math.max(askedAt, progressAt) > LONGEST_WAIT) throw error;
        }
        await setTimeout(1 + 4 * Math.random());
      }
    };
    const turn = last.then(attempt);
    last = turn.catch(() => {});
    return turn;
  };

  const transaction = <T>(begin: string, verb: (session: Session) => T): Promise<T> =>
    inTurn(() => {
      // Outside of the try: inside of somebody else's transaction this fails, and theirs is not ours to roll back.
      session.change(begin);
      try {
        const result = verb(session);
        session.change("COMMIT");
        return result;
      } catch (error) {
        rollBack();
        throw error;
      }
    });

  const rollBack = (): void => {
    try {
      session.change("ROLLBACK");
    } catch {
      // After some faults, such as a full disk, SQLite has rolled back already.
    }
  };

  return Object.freeze({
    read: <T>(verb: (session: Session) => T) => transaction("BEGIN", verb),
    // IMMEDIATE takes the write lock at once: what the verb reads can't change before it writes.
    write: <T>(verb: (session: Session) => T) => transaction("BEGIN IMMEDIATE", verb),
    useWriteAheadLog: () => inTurn(() => void client.exec("PRAGMA journal_mode = WAL")),
  });
}
