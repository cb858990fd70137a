import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execute, faultless, type Outcome, repositoryFiles, root } from "../gate.ts";

/** The package whose dependencies are all that an example may import. */
const HOME = join(root, "internal", "doc-examples");

interface Example {
  /** Where it stands: `README.md:12`. */
  at: string;
  /** What it is called, where the page builds an app of several files: `app.ts`. */
  name?: string;
  extension: "ts" | "tsx";
  code: string;
}

/**
 * The ```ts blocks of a text, each behind as many empty lines as stand before it, so that the compiler's
 * line numbers are the document's own. `prefix` is what every line of a docstring begins with.
 */
function examplesIn(path: string, text: string, prefix: RegExp): Example[] {
  const found: Example[] = [];
  let open: { line: number; code: string[]; extension: "ts" | "tsx"; name?: string } | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(prefix, "");
    if (open && /^\s*```\s*$/.test(line)) {
      const { line: from, code, ...rest } = open;
      found.push({ ...rest, at: `${path}:${from}`, code: "\n".repeat(from) + code.join("\n") });
      open = undefined;
    } else if (open) open.code.push(line);
    else {
      const [, extension, name] = /^\s*```(tsx?)(?:\s+\[([\w.-]+)\])?\s*$/.exec(line) ?? [];
      if (extension) open = { line: index + 1, code: [], extension: extension as "ts" | "tsx", ...(name ? { name } : {}) };
    }
  }
  if (open) throw new Error(`${path}:${open.line}: the example does not end.`);
  return found;
}

/** Compiles every example of the documents and of the docstrings against the sources. */
export async function docExamples(): Promise<Outcome> {
  const documents = await repositoryFiles("README.md", "docs/*.md", "packages/*/README.md");
  const sources = await repositoryFiles("packages/*/src/*.ts", "packages/*/src/*.tsx");
  const examples: Example[] = [];
  for (const path of documents) examples.push(...examplesIn(path, await readFile(join(root, path), "utf8"), /^/));
  for (const path of sources) examples.push(...examplesIn(path, await readFile(join(root, path), "utf8"), /^\s*\* ?/));

  const folder = join(HOME, ".extracted");
  await rm(folder, { recursive: true, force: true });
  for (const { at, name, extension, code } of examples) {
    // Files of one page that have names lie in a folder of their own and import each other.
    const [page = "", line] = at.split(":");
    const file = join(folder, name ? join(`${page}.files`, name) : `${page}.${line}.${extension}`);
    await mkdir(dirname(file), { recursive: true });
    // What the others import as "your own" lies beside them.
    if (!name) await cp(join(HOME, "host"), dirname(file), { recursive: true });
    // A module, even when it imports nothing: names of one example are not those of another.
    await writeFile(file, `${code}\nexport {};\n`);
  }
  const note = `${examples.length} examples`;
  if (examples.length === 0) return faultless(["No example was found: the extraction is broken."]);
  return { ...(await execute("tsc", ["-p", "tsconfig.examples.json"], HOME)), note };
}
