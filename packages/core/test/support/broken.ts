import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { createMfa, Store } from "../../src/index.ts";
import type { memoryStore } from "../../src/stores/memory.ts";
import type { MysqlPool } from "../../src/stores/mysql/index.ts";
import type { PgClient } from "../../src/stores/postgres/index.ts";
import type { SqliteClient } from "../../src/stores/sqlite/index.ts";

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** One fault: in one file, a piece of code put in place of another. */
export interface Fault {
  name: string;
  file: string;
  edits: (readonly [from: string, to: string])[];
  /** Ids of contract cases and beginnings of the titles of checks: each must catch it. */
  caughtBy: string[];
  /** On which store it shows. */
  on: "memory" | "postgres" | "sqlite" | "mysql";
}

/** The sources with a fault in them. */
export interface Broken {
  createMfa: typeof createMfa;
  memoryStore: typeof memoryStore;
  postgresStore: (client: PgClient) => Store;
  sqliteStore: (client: SqliteClient) => Store;
  mysqlStore: (pool: MysqlPool) => Store;
  remove(): Promise<void>;
}

/** Copies the sources into a folder beside them, breaks the copy, and loads it. */
export async function broken({ name, file, edits }: Fault): Promise<Broken> {
  const folder = await mkdtemp(join(PACKAGE, ".broken-"));
  try {
    await cp(join(PACKAGE, "src"), folder, { recursive: true });
    const path = join(folder, file);
    let source = await readFile(path, "utf8");
    for (const [from, to] of edits) {
      const places = source.split(from).length - 1;
      if (places !== 1) throw new Error(`The fault "${name}" fits ${file} in ${places} places instead of one.`);
      source = source.replace(from, () => to);
    }
    await writeFile(path, source);
    const load = async <T>(module: string): Promise<T> => (await import(/* @vite-ignore */ join(folder, module))) as T;
    return {
      ...(await load<Pick<Broken, "createMfa">>("index.ts")),
      ...(await load<Pick<Broken, "memoryStore">>("stores/memory.ts")),
      ...(await load<Pick<Broken, "postgresStore">>("stores/postgres/index.ts")),
      ...(await load<Pick<Broken, "sqliteStore">>("stores/sqlite/index.ts")),
      ...(await load<Pick<Broken, "mysqlStore">>("stores/mysql/index.ts")),
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
