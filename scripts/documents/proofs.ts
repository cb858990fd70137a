import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryFiles, root } from "../gate.ts";

/** A test whose title begins with a number. */
export interface Proof {
  /** What follows the numbers in the title; "…" stands for what each case of a table fills in. */
  readonly title: string;
  /** The file, from the root. */
  readonly path: string;
}

/** A string that begins with numbers, "R8 A1 …", in any quotes. */
const NUMBERED = /(["'`])((?:[RA]\d+[,\s]+)*[RA]\d+)[,:]?\s((?:\\.|(?!\1)[^\n])*)\1/g;

/** A title as a person reads it. */
const readable = (title: string): string =>
  title
    .replace(/\\(.)/g, "$1")
    .replace(/\$\{[^}]*\}|%[sdifjo]/g, "…")
    .replace(/^[:,\s]+/, "");

/** Every number that a title begins with, and the tests that bear it, in the order of their files. */
export async function numberedTests(): Promise<Map<string, Proof[]>> {
  const found = new Map<string, Proof[]>();
  for (const path of await repositoryFiles("*.test.ts", "*.test.tsx", "*/test/checks/*.ts")) {
    const text = await readFile(join(root, path), "utf8");
    for (const [, , numbers = "", title = ""] of text.matchAll(NUMBERED)) {
      for (const number of numbers.split(/[,\s]+/)) {
        found.set(number, [...(found.get(number) ?? []), { title: readable(title), path }]);
      }
    }
  }
  return found;
}
