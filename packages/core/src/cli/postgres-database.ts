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

const isMissingTable = (error: unknown): boolean => {
  const { cause } = Object(error) as { cause?: { code?: unknown } };
  return cause?.code === "42P01";
};

/** What the store does, held against what the user of this connection may do; as GRANT would have it. */
const LACKING_RIGHTS = `
  SELECT format('%s ON %s', right_to, c.oid::regclass) AS value
  FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) right_to
  WHERE c.relname = ANY(ARRAY['nightlatch_data_keys', 'nightlatch_subjects', 'nightlatch_factors', 'nightlatch_codes',
      'nightlatch_devices', 'nightlatch_spent', 'nightlatch_audit', 'nightlatch_audit_notes'])
    AND c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid) AND NOT has_table_privilege(c.oid, right_to)
  UNION ALL
  SELECT format('EXECUTE ON FUNCTION %s', p.oid::regprocedure) FROM pg_proc p
  WHERE p.proname = 'nightlatch_blank' AND pg_function_is_visible(p.oid) AND NOT has_function_privilege(p.oid, 'EXECUTE')
  ORDER BY 1`;

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
  const rows = async <T>(sql: string, values: unknown[] = []): Promise<T[]> => {
    try {
      return (await pool.query(sql, values)).rows as T[];
    } catch (fault) {
      throw databaseFault(place, fault);
    }
  };
  const value = async <T>(sql: string, values: unknown[] = []): Promise<T> => (await rows<{ value: T }>(sql, values))[0]?.value as T;
  let version: string;
  try {
    version = `PostgreSQL ${(await value<string>("SELECT current_setting('server_version') AS value")).split(" ")[0]}`;
  } catch (fault) {
    await pool.end().catch(() => undefined);
    throw fault;
  }
  return Object.freeze({
    kind: "postgres",
    place,
    version,
    known: postgresMigrations,
    store: postgresStore(pool),
    async installed() {
      try {
        const found = await rows<{ version: number }>("SELECT version FROM nightlatch_migrations ORDER BY version");
        return found.map(({ version: number }) => number);
      } catch (error) {
        if (isMissingTable(error)) return [];
        throw error;
      }
    },
    lackingRights: async () => (await rows<{ value: string }>(LACKING_RIGHTS)).map(({ value: right }) => right),
    countFactors: async (notUnder = "") =>
      Number(await value("SELECT count(*) AS value FROM nightlatch_factors WHERE $1 = '' OR NOT starts_with(secret, $1)", [notUnder])),
    now: async () => Number(await value("SELECT extract(epoch FROM clock_timestamp()) * 1000 AS value")),
    close: async () => await pool.end(),
  } satisfies Database);
}
