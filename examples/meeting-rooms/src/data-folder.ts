import { mkdir } from "node:fs/promises";
import { StartError } from "./start-error.ts";

/**
 * Makes the data folder where it is missing, for its owner's eyes.
 *
 * @throws StartError when it can't be made
 */
export async function ensureDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The data folder ${folder} can't be made (${why}). Name another one with NIGHTLATCH_DATA.`, { cause });
  }
}
