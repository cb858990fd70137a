/**
 * The store on an SQLite file.
 *
 * @module
 */

export type { SqliteClient, SqliteStatement, SqliteValue } from "./connection.ts";
export type { SqliteMigration } from "./migrations.ts";
export { sqliteMigrations } from "./migrations.ts";
export { sqliteStore } from "./sqlite-store.ts";
