/**
 * The store on MariaDB 10.11 or MySQL 8.
 *
 * @module
 */

export type { MysqlConnection, MysqlField, MysqlPool, MysqlStatement, MysqlValue } from "./connection.ts";
export type { MysqlMigration } from "./migrations.ts";
export { mysqlMigrations } from "./migrations.ts";
export { mysqlStore } from "./mysql-store.ts";
