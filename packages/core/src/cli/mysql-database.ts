import { type MysqlPool, mysqlMigrations, mysqlStore } from "../stores/mysql/index.ts";
import { type Database, shown } from "./database.ts";
import { databaseFault } from "./driver-fault.ts";
import { unreachable } from "./exit.ts";
import { hostModule } from "./host-module.ts";
import type { Shell } from "./shell.ts";

interface Pool extends MysqlPool {
  query(sql: string, values?: unknown[]): Promise<[unknown, unknown]>;
  end(): Promise<void>;
}

interface Mysql2 {
  createPool(options: { uri: string; connectionLimit: number; connectTimeout: number }): Pool;
}

/** ER_NO_SUCH_TABLE. */
const isMissingTable = (error: unknown): boolean => {
  const { cause } = Object(error) as { cause?: { errno?: unknown } };
  return cause?.errno === 1146;
};

/** Opens MySQL or MariaDB through the host's own mysql2. */
export async function openMysql(url: string, shell: Shell): Promise<Database> {
  const mysql2 = await hostModule<Mysql2>(shell.cwd, "mysql2/promise");
  if (!mysql2) {
    throw unreachable(
      "MySQL and MariaDB are spoken through the package mysql2, and there is none in this folder's project. Install it: npm install mysql2",
    );
  }
  const place = shown(url);
  let pool: Pool;
  let version: string;
  try {
    pool = mysql2.createPool({ uri: url.replace(/^mariadb:/i, "mysql:"), connectionLimit: 8, connectTimeout: 10_000 });
  } catch (fault) {
    throw databaseFault(place, fault);
  }
  const rows = async <T>(sql: string, values: unknown[] = []): Promise<T[]> => {
    try {
      return (await pool.query(sql, values))[0] as T[];
    } catch (fault) {
      throw databaseFault(place, fault);
    }
  };
  const value = async <T>(sql: string, values: unknown[] = []): Promise<T> => (await rows<{ value: T }>(sql, values))[0]?.value as T;
  try {
    const said = await value<string>("SELECT VERSION() AS value");
    version = `${/mariadb/i.test(said) ? "MariaDB" : "MySQL"} ${said.split("-")[0]}`;
  } catch (fault) {
    await pool.end().catch(() => undefined);
    throw fault;
  }
  return Object.freeze({
    kind: "mysql",
    place,
    version,
    known: mysqlMigrations,
    store: mysqlStore(pool),
    async installed() {
      try {
        const found = await rows<{ version: number }>("SELECT version FROM nightlatch_migrations ORDER BY version");
        return found.map(({ version: number }) => number);
      } catch (error) {
        if (isMissingTable(error)) return [];
        throw error;
      }
    },
    countFactors: async (notUnder = "") =>
      Number(
        await value("SELECT COUNT(*) AS value FROM nightlatch_factors WHERE ? = '' OR LEFT(secret, ?) <> ?", [
          notUnder,
          notUnder.length,
          notUnder,
        ]),
      ),
    now: async () => Number(await value("SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) AS value")),
    close: async () => await pool.end(),
  } satisfies Database);
}
