import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureDataFolder } from "../data-folder.ts";
import type { Queries } from "../database/database.ts";
import { StartError } from "../start-error.ts";

async function read(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether the database holds anything that a keyring has to open. */
async function hasSealedData(database: Queries): Promise<boolean> {
  const [table] = await database.query<{ there: boolean }>("SELECT to_regclass('nightlatch_data_keys') IS NOT NULL AS there");
  if (!table?.there) return false;
  const [row] = await database.query<{ there: boolean }>("SELECT EXISTS (SELECT FROM nightlatch_data_keys) AS there");
  return row?.there === true;
}

/**
 * The keyring of a development machine: made once, in `<folder>/keyring`, for its owner's eyes, and found
 * there by every later start. Processes that start at once agree on one.
 *
 * @throws StartError when data sealed under another keyring is there already
 */
export async function developmentKeyring(folder: string, database: Queries): Promise<string> {
  const file = join(folder, "keyring");
  const kept = await read(file);
  if (kept) return kept;
  if (await hasSealedData(database)) {
    // Made since it was looked for: by a process that started at the same moment, keyring first.
    const justMade = await read(file);
    if (justMade) return justMade;
    throw new StartError(
      `The database is sealed under a keyring that is not here: ${file} is missing, and NIGHTLATCH_KEYS is not set. Put the file back, ` +
        "or set NIGHTLATCH_KEYS to what it held. To start afresh instead, use another data folder or an empty database.",
    );
  }
  await ensureDataFolder(folder);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `k1:${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  try {
    // A link is made whole or not at all, and never in place of a file that another process was first to make.
    await link(draft, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await read(file);
  if (!made) throw new StartError(`The keyring file ${file} is empty. Delete it, and start again.`);
  return made;
}
