import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorPages } from "../documents/error-pages.ts";
import { problemCodes } from "../documents/problem-table.ts";
import { protocolPages } from "../documents/protocol.ts";
import { REQUIREMENTS, requirementsPage } from "../documents/requirements.ts";
import { faultless, type Outcome, repositoryFiles, root } from "../gate.ts";
import { roomNames } from "./rooms.ts";

const read = (path: string): string => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "");

/** Relative links and pictures that lead nowhere. */
function brokenLinks(path: string, text: string): string[] {
  const links = text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)|^\[[^\]]+\]: ([^#\s]+)/gm);
  const targets = [...links].map(([, inline, defined]) => (inline ?? defined) as string);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(path), target)))
    .map((target) => `${path}: the link to "${target}" leads nowhere`);
}

/** What of the documents is made from the sources, and is no longer what would be made. */
async function outdated(): Promise<string[]> {
  const requirements = await requirementsPage();
  const errors = await errorPages();
  const stale = [...errors.pages, ...(await protocolPages()), [REQUIREMENTS, requirements.text] as const].filter(
    ([path, text]) => read(path) !== text,
  );
  return [
    ...requirements.faults,
    ...errors.faults,
    ...stale.map(([path]) => `${path}: is not what the sources say. Run: npm run requirements, npm run errors, npm run protocol`),
  ];
}

/**
 * Whether links lead somewhere, what is made from the sources is up to date, and the page on the architecture names every
 * room, verb, route and problem there is.
 */
export async function documents(): Promise<Outcome> {
  const faults: string[] = [];
  for (const path of await repositoryFiles("*.md")) faults.push(...brokenLinks(path, read(path)));
  faults.push(...(await outdated()));

  const page = "docs/architecture.md";
  const text = read(page);
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
