import { type PgClient, postgresMigrations, postgresStore } from "../stores/postgres/index.ts";
import { type Database, shown } from "./database.ts";
import { databaseFault } from "./driver-fault.ts";
import { unreachable } from "./exit.ts";
import { hostModule } from "./host-module.ts";
import type { Shell } from "./shell.ts";

interface Pool extends PgClient {
  end(): Promise<void>;
  on(event: "error", listener: () => void): unknown;
}

interface Pg {
  Pool: new (options: { connectionString: string; max: number; connectionTimeoutMillis: number; application_name: string }) => Pool;
}

const isMissingTable = (error: unknown): boolean => (Object(error) as { code?: unknown }).code === "42P01";

/** Opens PostgreSQL through the host's own pg. */
export async function openPostgres(url: string, shell: Shell): Promise<Database> {
  const pg = await hostModule<Pg>(shell.cwd, "pg");
  if (!pg)
    throw unreachable(
      "PostgreSQL is spoken through the package pg, and there is none in this folder's project. Install it: npm install pg",
    );
  const place = shown(url);
  let pool: Pool;
  try {
    pool = new pg.Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 10_000, application_name: "nightlatch" });
  } catch (fault) {
    throw databaseFault(place, fault);
  }
  // A connection that dies while it is idle is replaced by the next query; without a listener it would end the process.
  pool.on("error", () => {});
  const value = async <T>(sql: string, values: unknown[] = []): Promise<T> =>
    ((await pool.query(sql, values)).rows[0] as { value: T }).value;
  let version: string;
  try {
    version = `PostgreSQL ${(await value<string>("SELECT current_setting('server_version') AS value")).split(" ")[0]}`;
  } catch (fault) {
    await pool.end().catch(() => undefined);
    throw databaseFault(place, fault);
  }
  return Object.freeze({
    kind: "postgres",
    place,
    version,
    known: postgresMigrations,
    store: postgresStore(pool),
    async installed() {
      try {
        const { rows } = await pool.query("SELECT version FROM nightlatch_migrations ORDER BY version");
        return rows.map((row) => (row as { version: number }).version);
      } catch (error) {
        if (isMissingTable(error)) return [];
        throw databaseFault(place, error);
      }
    },
    countFactors: async (notUnder = "") =>
      Number(await value("SELECT count(*) AS value FROM nightlatch_factors WHERE $1 = '' OR NOT starts_with(secret, $1)", [notUnder])),
    now: async () => Number(await value("SELECT extract(epoch FROM clock_timestamp()) * 1000 AS value")),
    close: async () => await pool.end(),
  } satisfies Database);
}
