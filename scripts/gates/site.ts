import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { execute, faultless, type Outcome, root } from "../gate.ts";

const DOCS = join(root, "docs");
const REACT = join(root, "packages", "react");
const DIST = join(DOCS, ".vitepress", "dist");

/** What a page of the built site offers to link to, and what it links to. */
interface Page {
  readonly ids: ReadonlySet<string>;
  readonly links: readonly string[];
}

const decoded = (text: string): string =>
  decodeURIComponent(text.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"'));

function read(html: string): Page {
  const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => decoded(id));
  const links = [...html.matchAll(/<(?:a|link|img|script)\b[^>]*?\s(?:href|src)="([^"]*)"/g)].map(([, link = ""]) => decoded(link));
  return { ids: new Set(ids), links };
}

/** The page or file that a link leads to, from the folder of the page that it is on. */
function fileOf(link: string, page: string): string {
  const [path = ""] = link.split(/[?#]/);
  if (path === "") return page;
  const file = path.startsWith("/") ? path.slice(1) : posix.join(posix.dirname(page), path);
  return file === "" || file.endsWith("/") ? `${file}index.html` : file;
}

/** What is wrong with one link; nothing if it leads somewhere within the site, or on purpose out of it. */
function faultOf(link: string, page: string, files: ReadonlySet<string>, pages: ReadonlyMap<string, Page>): string | undefined {
  if (/^(?:https?|mailto|data):/.test(link)) return undefined;
  const file = fileOf(link, page);
  const [, anchor = ""] = link.split("#");
  if (!files.has(file)) return `${page}: the link to "${link}" leads nowhere`;
  if (anchor !== "" && pages.has(file) && !pages.get(file)?.ids.has(anchor)) return `${page}: "${link}" names no heading of that page`;
  return undefined;
}

/** What a page loads from elsewhere when it is opened; the site is to work with no network at all. */
const loadedFromElsewhere = (html: string): string[] =>
  [...html.matchAll(/<(?:link|img|script)\b[^>]*?\s(?:href|src)="((?:https?:)?\/\/[^"]*)"/g)].map(([, url = ""]) => url);

/** Builds the site and the gallery of React's components, offline, and follows every link of what was built, those to headings too. */
export async function site(): Promise<Outcome> {
  // The gallery lies beside the pages, which embed parts of it.
  const gallery = await execute(
    "vite",
    ["build", "--config", "gallery/vite.config.ts", "--outDir", join(DOCS, "public", "gallery")],
    REACT,
  );
  if (!gallery.ok) return gallery;
  const built = await execute(join(DOCS, "node_modules", ".bin", "vitepress"), ["build", "."], DOCS);
  if (!built.ok) return built;
  const paths = (await readdir(DIST, { recursive: true })).map((path) => path.replaceAll("\\", "/"));
  const files = new Set(paths);
  const pages = new Map<string, Page>();
  const faults: string[] = [];
  for (const path of paths.filter((name) => name.endsWith(".html"))) {
    const html = await readFile(join(DIST, path), "utf8");
    pages.set(path, read(html));
    faults.push(...loadedFromElsewhere(html).map((url) => `${path}: loads ${url}, which is not of this site`));
  }
  let links = 0;
  for (const [path, page] of pages) {
    for (const link of new Set(page.links)) {
      links += 1;
      const fault = faultOf(link, path, files, pages);
      if (fault) faults.push(fault);
    }
  }
  const reached = new Set(
    [...pages].flatMap(([path, page]) => page.links.map((link) => fileOf(link, path)).filter((file) => file !== path)),
  );
  for (const path of pages.keys()) if (path !== "404.html" && !reached.has(path)) faults.push(`${path}: no other page leads to it`);
  if (pages.size === 0) faults.push("The site has no page.");
  return faultless([...new Set(faults)], `${pages.size} pages, ${links} links`);
}
