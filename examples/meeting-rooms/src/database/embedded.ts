import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { btree_gist } from "@electric-sql/pglite/contrib/btree_gist";
import { ensureDataFolder } from "../data-folder.ts";
import type { Database } from "./database.ts";
import { lockFolder } from "./folder-lock.ts";

const open = (dataDir: string): Promise<PGlite> => PGlite.create({ dataDir, extensions: { btree_gist } });

/** A new database is made under another name, so that a start killed halfway leaves nothing that looks finished. */
async function create(directory: string): Promise<void> {
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await (await open(unfinished)).close();
  await rename(unfinished, directory);
}

/**
 * PostgreSQL inside this process, its files in `<folder>/db`, which it holds alone.
 *
 * @throws StartError when another process holds the folder
 */
export async function openEmbedded(folder: string): Promise<Database> {
  await ensureDataFolder(folder);
  const lock = lockFolder(folder);
  try {
    const directory = join(folder, "db");
    if (!existsSync(directory)) await create(directory);
    const pglite = await open(directory);
    return Object.freeze({
      query: async <Row extends object>(text: string, values: readonly unknown[] = []) => (await pglite.query<Row>(text, [...values])).rows,
      transaction: <T>(work: Parameters<Database["transaction"]>[0]) =>
        pglite.transaction(async (tx) =>
          work({
            query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
              (await tx.query<Row>(text, [...values])).rows,
            script: async (text) => void (await tx.exec(text)),
          }),
        ) as Promise<T>,
      mfaClient: pglite,
      async close() {
        await pglite.close();
        lock.release();
      },
    } satisfies Database);
  } catch (error) {
    lock.release();
    throw error;
  }
}
