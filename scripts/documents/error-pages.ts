import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryFiles, root } from "../gate.ts";
import { allCodes, type CodeFacts } from "./problem-table.ts";

const FOLDER = "docs/errors";
const INDEX = `${FOLDER}/index.md`;

/** What is written anew stands between these. */
const FACTS = /<!-- made by `pnpm errors` -->\n[\s\S]*?<!-- end -->/;
const between = (text: string): string => `<!-- made by \`pnpm errors\` -->\n\n${text}\n\n<!-- end -->`;

/** The parts that a person writes on each page. */
const PARTS = ["Why it happens", "What to do"];

/** A table, its columns in line with each other as the formatter has them. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string): string =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0, fill)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [
    line(head, " "),
    line(
      head.map(() => ""),
      "-",
    ),
    ...body.map((cells) => line(cells, " ")),
  ].join("\n");
}

function factsOf({ code, problem, reason, thrown }: CodeFacts): string {
  const rows = [["code", `\`${code}\``]];
  if (problem) rows.push(["HTTP status", `\`${problem.status}\``], ["what the person is told", problem.title]);
  if (reason) rows.push(["the engine's result", `\`{ ok: false, reason: "${reason}" }\``]);
  if (thrown) rows.push(["thrown as", `\`${thrown.name}\``]);
  if (thrown && thrown.answeredAs !== code) rows.push(["answered over HTTP as", `[${thrown.answeredAs}](${thrown.answeredAs}.md)`]);
  if (problem) rows.push(["type", `\`urn:nightlatch:error:${code}\``]);
  return between(table(rows));
}

function indexOf(codes: readonly CodeFacts[]): string {
  const link = (code: string): string => `[${code}](${code}.md)`;
  const answered = codes.flatMap(({ code, problem }) => (problem ? [[link(code), `\`${problem.status}\``, problem.title]] : []));
  const thrown = codes.flatMap(({ code, thrown }) => (thrown ? [[link(code), `\`${thrown.name}\``, link(thrown.answeredAs)]] : []));
  const tables = [
    "## Answered over HTTP",
    table([["code", "status", "what the person is told"], ...answered]),
    "## Thrown",
    table([["code", "class", "answered over HTTP as"], ...thrown]),
  ];
  return between(tables.join("\n\n"));
}

/** The faults of what a person wrote on a page. */
function unwritten(path: string, text: string): string[] {
  return PARTS.filter(
    (part) => !new RegExp(`^## ${part}\\n\\n\\S`, "m").test(text) || new RegExp(`^## ${part}\\n\\n(?:## |TODO)`, "m").test(text),
  ).map((part) => `${path}: says nothing under "${part}"`);
}

const read = (path: string): Promise<string> => readFile(join(root, path), "utf8").catch(() => "");

/** Each page as it should be, by its path; and what is wrong with what people wrote, or didn't. */
export async function errorPages(): Promise<{ pages: Map<string, string>; faults: string[] }> {
  const codes = await allCodes();
  const pages = new Map<string, string>();
  const faults: string[] = [];
  for (const facts of codes) {
    const path = `${FOLDER}/${facts.code}.md`;
    const current = (await read(path)) || `# ${facts.code}\n\n${between("")}\n\n${PARTS.map((part) => `## ${part}\n`).join("\n")}`;
    const text = current.replace(FACTS, () => factsOf(facts));
    pages.set(path, text);
    faults.push(...unwritten(path, text));
  }
  pages.set(
    INDEX,
    (await read(INDEX)).replace(FACTS, () => indexOf(codes)),
  );
  for (const path of await repositoryFiles(`${FOLDER}/*.md`)) if (!pages.has(path)) faults.push(`${path}: there is no such code`);
  return { pages, faults };
}
