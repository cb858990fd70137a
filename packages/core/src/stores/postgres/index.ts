/**
 * The store on PostgreSQL 15 or later.
 *
 * @module
 */

export type { PostgresMigration } from "./migrations.ts";
export { postgresMigrations } from "./migrations.ts";
export type { PgClient, PostgresStoreOptions } from "./postgres-store.ts";
export { postgresStore } from "./postgres-store.ts";
