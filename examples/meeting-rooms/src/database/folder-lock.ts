import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StartError } from "../start-error.ts";

/** SQLITE_BUSY: somebody else has the lock. */
const BUSY = 5;

const isBusy = (error: unknown): boolean => error instanceof Error && "errcode" in error && error.errcode === BUSY;

/** Holds a folder until it is released or the process ends. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes a folder for this process alone: two embedded databases on one folder lose each other's rows. The
 * lock is SQLite's, so the operating system lets go of it when the process dies, however it dies.
 *
 * @throws StartError when another process holds the folder
 */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, "lock.sqlite");
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    const held = lock;
    return Object.freeze({ release: () => held.close() });
  } catch (cause) {
    lock?.close();
    throw new StartError(
      isBusy(cause)
        ? `Another process is using the data folder ${folder}. Stop that one, or give this one a folder of its own with ` +
            "NIGHTLATCH_DATA=./another-folder. Several processes on the same data need a database server: DATABASE_URL."
        : `The lock ${file} can't be taken (${cause instanceof Error ? cause.message : String(cause)}). Check that the folder can be written to.`,
      { cause },
    );
  }
}
