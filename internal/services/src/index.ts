export { type MysqlServer, mysqlServer, newMysqlDatabase } from "./mariadb.ts";
export { freePort, newDatabase, type PostgresServer, postgresServer } from "./postgres.ts";
export { type PrometheusOptions, type PrometheusServer, prometheusServer, promtool } from "./prometheus.ts";
export { ownRedisServer, type RedisServer, redisServer } from "./redis.ts";
export { startThrowaway, type Throwaway } from "./throwaway.ts";
export { ensureTools, hasTool, oathtool, pathOf, runTool, type Tool, zbarimg } from "./tools.ts";
// Brings the type of `inject("postgresUrl")` to whoever imports this package; nothing at run time.
export type {} from "./vitest-global.ts";
