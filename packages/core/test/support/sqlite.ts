import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import Database from "better-sqlite3";
import type { SqliteClient } from "../../src/stores/sqlite/index.ts";

/** A connection to an SQLite file, under either client. */
export type OpenedClient = SqliteClient & { close(): unknown };

/** Both clients, by the name of their module. */
export const clients = {
  "node:sqlite": (file: string): OpenedClient => new DatabaseSync(file),
  "better-sqlite3": (file: string): OpenedClient => new Database(file),
} as const;

/** The name of a client's module. */
export type ClientName = keyof typeof clients;

export const clientNames: ClientName[] = ["node:sqlite", "better-sqlite3"];

/** A file in a folder of its own, which is not there yet. */
export async function newFile(): Promise<{ file: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "nightlatch-sqlite-"));
  return { file: join(folder, "nightlatch.db"), remove: () => rm(folder, { recursive: true, force: true }) };
}
