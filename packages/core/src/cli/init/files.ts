import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CliError, EXIT } from "../exit.ts";

/** What became of a file. */
export interface Fate {
  path: string;
  did: "wrote" | "added to" | "kept";
  what: string;
}

const textIn = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");

function failed(path: string): CliError {
  return new CliError(EXIT.faults, `${path} can't be written. Look at the folder's permissions; what was written before stays.`);
}

/** Writes a file that is not there yet; one that is stays as it is. */
export function writeNew(folder: string, path: string, text: string, what: string): Fate {
  const full = join(folder, path);
  if (existsSync(full)) return { path, did: "kept", what: "it was there already, and is as it was" };
  try {
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text, { flag: "wx" });
  } catch {
    throw failed(path);
  }
  return { path, did: "wrote", what };
}

/** Adds a line to a file, which is made if it is not there. What stands there already stays. */
export function addLine(folder: string, path: string, line: string, what: string, mode = 0o644): Fate {
  const full = join(folder, path);
  const before = textIn(full);
  const end = before === "" || before.endsWith("\n") ? "" : "\n";
  try {
    appendFileSync(full, `${end}${line}\n`, { mode });
  } catch {
    throw failed(path);
  }
  return { path, did: before === "" ? "wrote" : "added to", what };
}

/** Whether a file of variables sets this one. */
export const setsVariable = (folder: string, path: string, name: string): boolean =>
  new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`, "m").test(textIn(join(folder, path)));

/** Whether git would pass over a file; git says so itself where it is there. */
export function isIgnored(folder: string, path: string): boolean {
  try {
    execFileSync("git", ["check-ignore", "-q", path], { cwd: folder, stdio: "ignore" });
    return true;
  } catch {
    const lines = textIn(join(folder, ".gitignore")).split("\n");
    return lines.some((line) => [path, `/${path}`, `${path}*`].includes(line.trim()));
  }
}

/** Whether git keeps a file already: then it is in every commit to come, ignored or not. */
export function isTracked(folder: string, path: string): boolean {
  try {
    execFileSync("git", ["ls-files", "--error-unmatch", path], { cwd: folder, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Whether others than its owner can read a file; Windows says so by other means. */
export function isReadByOthers(folder: string, path: string): boolean {
  const full = join(folder, path);
  return process.platform !== "win32" && existsSync(full) && (statSync(full).mode & 0o044) !== 0;
}
