import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const WEB = join(import.meta.dirname, "..");

/** Where the built pages lie. */
export const PAGES: string = join(WEB, "dist");

/** Where they are built: beside what is installed, so that a rename puts them in place. */
const WORK = join(WEB, "../node_modules/.cache");

/** What the pages are made of. */
const MADE_OF = ["src", "index.html", "vite.config.ts", "public", "../package.json", "../../../packages/react/src"];

const newest = async (path: string): Promise<number> => {
  const { mtimeMs } = await stat(path);
  return mtimeMs;
};

async function filesIn(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  return [path, ...(await readdir(path, { recursive: true })).map((name) => join(path, name))];
}

/** Whether the built pages are newer than all that they are made of. */
async function isFresh(): Promise<boolean> {
  try {
    const built = await newest(join(PAGES, "index.html"));
    const files = (await Promise.all(MADE_OF.map((path) => filesIn(join(WEB, path))))).flat();
    const times = await Promise.all(files.map(newest));
    return times.every((time) => time <= built);
  } catch {
    return false;
  }
}

/**
 * Builds the console's pages, unless they are there and nothing has changed since.
 *
 * @returns whether it built them
 */
export async function buildPages(): Promise<boolean> {
  if (await isFresh()) return false;
  // Where the pages are built beforehand, as in an image for production, no bundler has to be there.
  const { build } = await import("vite");
  // Put in place once they are whole: several processes may build at once, and one may be serving them.
  await mkdir(WORK, { recursive: true });
  const folder = await mkdtemp(join(WORK, "console-"));
  try {
    await build({ configFile: join(WEB, "vite.config.ts"), build: { outDir: join(folder, "new"), emptyOutDir: true } });
    await rename(PAGES, join(folder, "old")).catch(() => undefined);
    await rename(join(folder, "new"), PAGES).catch(async (error: unknown) => {
      // Another process put the same pages there a moment before.
      if (!(await isFresh())) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return true;
}
