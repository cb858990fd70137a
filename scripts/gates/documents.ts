import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { faultless, type Outcome, repositoryFiles, root } from "../gate.ts";
import { roomNames } from "./rooms.ts";

/** Relative links and pictures that lead nowhere. */
function brokenLinks(path: string, text: string): string[] {
  const links = text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)|^\[[^\]]+\]: ([^#\s]+)/gm);
  const targets = [...links].map(([, inline, defined]) => (inline ?? defined) as string);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(path), target)))
    .map((target) => `${path}: the link to "${target}" leads nowhere`);
}

/** The codes of all problems, read from the table that gives each its status. */
async function problemCodes(): Promise<string[]> {
  const text = await readFile(join(root, "packages/core/src/http/problem.ts"), "utf8");
  return [...text.matchAll(/^ {2}(\w+): \[\d{3}, /gm)].map(([, code]) => code as string);
}

/** The numbers that titles of tests begin with, "R8 A1 …", and the files where each is found. */
async function numberedTests(): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for (const path of await repositoryFiles("*.test.ts", "*/test/checks/*.ts")) {
    const text = await readFile(join(root, path), "utf8");
    for (const [, numbers = ""] of text.matchAll(/["'`]([RA]\d+(?:[,\s]+[RA]\d+)*)[,:\s]/g)) {
      for (const number of numbers.split(/[,\s]+/)) found.set(number, (found.get(number) ?? new Set()).add(path));
    }
  }
  return found;
}

/** Whether the page on the numbers explains those that tests bear, no others, and leads to such tests. */
async function numbers(): Promise<string[]> {
  const page = "docs/requirements.md";
  const tests = await numberedTests();
  const text = await readFile(join(root, page), "utf8");
  const paths = new Map([...text.matchAll(/^\[([^\]]+)\]: \.\.\/(\S+)$/gm)].map(([, label = "", path = ""]) => [label, path]));
  const rows = [...text.matchAll(/^\| *([RA]\d+) *\|(.*)$/gm)];
  const faults = [...tests.keys()]
    .filter((number) => !rows.some(([, explained]) => explained === number))
    .map((number) => `${page}: does not explain ${number}, which ${[...(tests.get(number) ?? [])].join(", ")} bears`);
  for (const [, number = "", row = ""] of rows) {
    const labels = [...row.matchAll(/\[([^\]]+)\]/g)].map(([, label]) => label as string);
    if (labels.length === 0) faults.push(`${page}: ${number} names no test`);
    const wrong = labels.filter((label) => !tests.get(number)?.has(paths.get(label) ?? ""));
    faults.push(...wrong.map((label) => `${page}: no title in ${label} begins with ${number}`));
  }
  return faults;
}

/**
 * Whether links lead somewhere, the numbers of tests are explained, and the page on the architecture names every
 * room, verb, route and problem there is.
 */
export async function documents(): Promise<Outcome> {
  const faults: string[] = [];
  for (const path of await repositoryFiles("*.md")) faults.push(...brokenLinks(path, await readFile(join(root, path), "utf8")));
  faults.push(...(await numbers()));

  const page = "docs/architecture.md";
  const text = await readFile(join(root, page), "utf8");
  const { routes } = await import("../../packages/core/src/http/routes.ts");
  const { STORE_VERBS } = await import("../../packages/core/src/engine/fail-closed.ts");
  const named = [
    ...STORE_VERBS.map((verb) => `\`${verb}\``),
    ...(await problemCodes()).map((code) => `\`${code}\``),
    ...roomNames.filter((room) => room !== "index.ts").map((room) => `\`${room}${room.endsWith(".ts") ? "" : "/"}\``),
    ...routes.map(({ method, path }) => `\`${method} ${path}\``),
  ];
  faults.push(...named.filter((name) => !text.includes(name)).map((name) => `${page}: says nothing of ${name}`));
  const known = new Set(named);
  for (const [route] of text.matchAll(/`(?:GET|POST|PUT|PATCH|DELETE) \/[^`]*`/g)) {
    if (!known.has(route)) faults.push(`${page}: there is no route ${route}`);
  }
  return faultless(faults);
}
