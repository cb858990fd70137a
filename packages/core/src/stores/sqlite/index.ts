export type { SqliteClient, SqliteStatement, SqliteValue } from "./connection.ts";
export { sqliteStore } from "./sqlite-store.ts";
