import { RateLimiterPostgres } from "rate-limiter-flexible";
import { ConfigError, refuseUnknown } from "../errors.ts";
import { type KeyedOptions, keyPrefix, type LimitsBackend } from "./backend.ts";

/** What is asked of a PostgreSQL client: a `Pool` of pg and a `PGlite` both have it. */
export interface LimitsPgClient {
  /** Runs one statement, with `$1` and so on bound to the values. */
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** A statement, as rate-limiter-flexible hands it over. */
interface Asked {
  name?: string;
  text: string;
  values?: unknown[];
}

/** The options of `postgresLimits`. */
export interface PostgresLimitsOptions extends KeyedOptions {
  /**
   * Plan each statement once a connection instead of at every call. For pg alone, and not behind a pooler that hands
   * connections on between transactions. @defaultValue false
   */
  prepare?: boolean;
}

const TABLE = "nightlatch_limits";

/**
 * The table as rate-limiter-flexible fills it. Without an index for its sweep: each count would pay for that. Under a
 * lock of its own, since IF NOT EXISTS alone fails when two processes come at the same moment.
 */
const CREATE = `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('${TABLE}'));
  CREATE TABLE IF NOT EXISTS ${TABLE} (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint);
END $$`;

const NO_SUCH_TABLE = "42P01";
const OUT_OF_RANGE = "22003";

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

/**
 * Counts in PostgreSQL, for all processes together, in the table `nightlatch_limits`, which it makes where it is
 * missing. A window ends by the processes' own clocks, so they have to agree. What is over is swept once in five
 * minutes. A count never runs inside a caller's transaction: give it a pool, not a connection of one.
 *
 * @example
 * ```ts
 * import { createRateLimits, postgresLimits, rateLimitPresets } from "@nightlatch/core/limits";
 * import { Pool } from "pg";
 *
 * const pool = new Pool({ connectionString: process.env.DATABASE_URL });
 * pool.on("error", (error) => console.error(error.message)); // without a listener a lost connection ends the process
 * const limits = createRateLimits(rateLimitPresets, postgresLimits(pool, { prepare: true }));
 * await limits.ready();
 * ```
 */
export function postgresLimits(client: LimitsPgClient, { prefix, prepare = false, ...unknown }: PostgresLimitsOptions = {}): LimitsBackend {
  refuseUnknown("postgresLimits", unknown, "prefix and prepare");
  if (typeof client?.query !== "function") throw new ConfigError("postgresLimits takes a Pool of pg, or a PGlite.");
  if (typeof prepare !== "boolean") throw new ConfigError("postgresLimits: prepare is true or false.");
  const prefixOf = keyPrefix("postgresLimits", prefix);

  const make = async (): Promise<void> => {
    // Whoever may not make tables may still use one that an administrator made.
    const { rows } = await client.query(`SELECT to_regclass('${TABLE}') IS NOT NULL AS found`);
    if ((rows[0] as { found?: unknown } | undefined)?.found === true) return;
    await client.query(CREATE);
  };
  let making: Promise<void> | undefined;
  let isMade = false;
  const made = (): Promise<void> => {
    making ??= make().then(
      () => {
        isMade = true;
      },
      (error: unknown) => {
        making = undefined;
        throw error;
      },
    );
    return making;
  };
  const run = async ({ name, text, values }: Asked): Promise<{ rows: unknown[]; rowCount: number }> => {
    if (!isMade) await made();
    const { rows } = await (prepare && name ? client.query({ name, text, values } as unknown as string) : client.query(text, values));
    return { rows, rowCount: rows.length };
  };
  /** What was dropped is made again by the next request. */
  const forget = (error: unknown): void => {
    if (codeOf(error) !== NO_SUCH_TABLE) return;
    isMade = false;
    making = undefined;
  };

  let isSwept = false;
  return Object.freeze({
    limiter(name, { limit, window }) {
      const limiter = new RateLimiterPostgres({
        storeClient: { query: run },
        storeType: "pool",
        tableName: TABLE,
        // By `make`: here it would be made once a limit, and a failure would be nobody's to catch.
        tableCreated: true,
        clearExpiredByTimeout: !isSwept,
        points: limit,
        duration: window,
        keyPrefix: prefixOf(name),
      });
      isSwept = true;
      return {
        consume: (key, points) =>
          limiter.consume(key, points).catch((refusal: unknown) => {
            forget(refusal);
            // The count has no room left for another refusal, and so stands as it is.
            if (codeOf(refusal) === OUT_OF_RANGE) return limiter.get(key);
            throw refusal;
          }),
        get: (key) => limiter.get(key),
        delete: (key) => limiter.delete(key),
      };
    },
  } satisfies LimitsBackend);
}
