import { type Database, kindOf } from "./database.ts";
import { openMysql } from "./mysql-database.ts";
import { openPostgres } from "./postgres-database.ts";
import type { Shell } from "./shell.ts";
import { openSqlite } from "./sqlite-database.ts";

/** Opens a database, and asks it something, so that one that isn't there shows now. */
export async function openDatabase(url: string, shell: Shell, { make = false }: { make?: boolean } = {}): Promise<Database> {
  switch (kindOf(url)) {
    case "postgres":
      return await openPostgres(url, shell);
    case "mysql":
      return await openMysql(url, shell);
    case "sqlite":
      return await openSqlite(url, shell, make);
  }
}
