import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../gate.ts";
import { numberedTests, type Proof } from "./proofs.ts";

/** The page that explains each number and lists its tests. */
export const REQUIREMENTS = "docs/requirements.md";

/** A number's section: its heading, what it means in words, and the list of tests that is written anew. */
const SECTION =
  /^### ([RA]\d+)\n\n([\s\S]*?)(?=\n\n<details>|\n\n\*\*No test|\n\n#{2,3} |\s*$)(?:\n\n<details>[\s\S]*?<\/details>|\n\n\*\*No test[^\n]*)?/gm;

/** "packages/core/test/checks/replay.ts" is "core/checks/replay". */
const labelOf = (path: string): string =>
  path
    .replace(/^(packages|examples)\//, "")
    .replace(/\/test\//, "/")
    .replace(/(\.test)?\.tsx?$/, "");

/** A title as inline code, in which nothing is markup. */
function asCode(title: string): string {
  const fence = title.includes("`") ? "``" : "`";
  const gap = /^`|`$/.test(title) ? " " : "";
  return fence + gap + title + gap + fence;
}

function proofsOf(proofs: readonly Proof[]): string {
  if (proofs.length === 0) return "**No test bears this number yet.**";
  const files = new Map<string, string[]>();
  for (const { path, title } of proofs) files.set(path, [...new Set([...(files.get(path) ?? []), title])]);
  const tests = [...files.values()].flat().length;
  const lists = [...files].map(
    ([path, titles]) => `- [${labelOf(path)}](../${path})\n${titles.map((title) => `  - ${asCode(title)}`).join("\n")}`,
  );
  const summary = `${tests} ${tests === 1 ? "test" : "tests"}: ${[...files.keys()].map(labelOf).join(", ")}`;
  return `<details>\n<summary>${summary}</summary>\n\n${lists.join("\n")}\n\n</details>`;
}

/** The page as it should be, with the lists of tests made from the titles there are; what is wrong with its words comes beside it. */
export async function requirementsPage(): Promise<{ text: string; faults: string[] }> {
  const tests = await numberedTests();
  const current = await readFile(join(root, REQUIREMENTS), "utf8");
  const explained = new Set<string>();
  const text = current.replace(SECTION, (_whole, number: string, meaning: string) => {
    explained.add(number);
    return `### ${number}\n\n${meaning.trim()}\n\n${proofsOf(tests.get(number) ?? [])}`;
  });
  const unproved = [...explained].filter((number) => !tests.has(number)).map((number) => `${REQUIREMENTS}: no test bears ${number}`);
  const unexplained = [...tests]
    .filter(([number]) => !explained.has(number))
    .map(([number, [proof]]) => `${REQUIREMENTS}: does not explain ${number}, which ${proof?.path} bears`);
  return { text, faults: [...unexplained, ...unproved] };
}
