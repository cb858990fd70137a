import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { faultless, type Outcome, repositoryFiles, root } from "../gate.ts";

/** What must stand in no file of the repository, and why. Written so that this file does not hold it either. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [
    /registry\.(?:npmjs|yarnpkg)\.|tarball: *https?:|resolved"?:? *"?https?:/i,
    "a package registry's address: whoever installs has their own",
  ],
  [/(?<![\w.~/-])\/(?:work|root|home\/\w+|Users\/\w+)\//, "an absolute path of one machine"],
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, "a private key"],
];

/** Judges every text file that git knows or would add. */
export async function hygiene(): Promise<Outcome> {
  const faults: string[] = [];
  const files = await repositoryFiles();
  for (const path of files) {
    const text = await readFile(join(root, path), "utf8").catch(() => "");
    if (text.includes("\0")) continue;
    for (const [index, line] of text.split("\n").entries()) {
      for (const [pattern, what] of FORBIDDEN) if (pattern.test(line)) faults.push(`${path}:${index + 1}: ${what}`);
    }
  }
  return faultless(faults, `${files.length} files`);
}
