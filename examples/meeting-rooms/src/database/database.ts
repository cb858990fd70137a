import type { PgClient } from "@nightlatch/core/stores/postgres";

/** Where a statement can be run. */
export interface Queries {
  /** Runs one statement; its rows. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Queries that happen together or not at all. */
export interface Transaction extends Queries {
  /** Runs several statements that take no values. */
  script(text: string): Promise<void>;
}

/** The system's one database: PostgreSQL, on a server or in this process. */
export interface Database extends Queries {
  /** Runs `work` in a transaction, rolled back when it rejects. It must not call the MFA engine, which keeps its own connection. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** For the MFA engine's store: on a server, connections of its own, so that no rollback here forgets a wrong code there. */
  readonly mfaClient: PgClient;
  close(): Promise<void>;
}

/**
 * Whom `pg_advisory_xact_lock` keeps apart, across processes.
 * `admins`: whatever decides on how many admins there are.
 */
const ADVISORY_LOCKS = { migrate: 7_301_001, seed: 7_301_002, admins: 7_301_003, signingKeys: 7_301_004 } as const;

/** Takes an advisory lock until the transaction ends. */
export async function lockFor(tx: Transaction, what: keyof typeof ADVISORY_LOCKS): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock($1::bigint)", [ADVISORY_LOCKS[what]]);
}

/** The constraint or index that a statement ran against, if that is why PostgreSQL refused it. */
export function violated(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("constraint" in error)) return undefined;
  const { code, constraint } = error;
  return typeof code === "string" && code.startsWith("23") && typeof constraint === "string" ? constraint : undefined;
}

/** Whether PostgreSQL refused a value for being none of its type's, a NUL in a text say (SQLSTATE class 22); its code. */
export function refusedValue(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return /^22[0-9A-Z]{3}$/.test(error.code) ? error.code : undefined;
}

/** The database did not answer, or is going away: nothing is wrong with what it was asked. */
export class DatabaseOutage extends Error {
  override readonly name = "DatabaseOutage";
}
