import { posix } from "node:path";
import type { MarkdownRenderer } from "vitepress";

/** Pages of the site that show a file from outside the folder of the documents, by that file's path in the repository. */
const SHOWN: Readonly<Record<string, string>> = { "CHANGELOG.md": "/changelog.md", "SECURITY.md": "/security.md" };

/** What a link is on the site: another page's path, or undefined where there is nothing to lead to. */
function targetOf(page: string, href: string): string | undefined {
  // A file of the root that is shown as a page leads into this folder by its name.
  if (href.startsWith("docs/")) return href.slice("docs".length);
  if (!/^\.{1,2}\//.test(href)) return href;
  const path = posix.join("docs", posix.dirname(page), href);
  return path.startsWith("docs/") ? href : SHOWN[path];
}

/**
 * The documents are read in the repository too, so they link to tests and sources. A site holds none of those: such a
 * link becomes the text that it is around, and its path can be read by pointing at it.
 */
export function leaveOutsideLinks(md: MarkdownRenderer): void {
  const { link_open: open, link_close: close } = md.renderer.rules;
  let left = false;

  md.renderer.rules.link_open = (tokens, index, options, env: { relativePath?: string }, self) => {
    const token = tokens[index];
    const href = token?.attrGet("href") ?? "";
    const target = targetOf(env.relativePath ?? "", href);
    left = target === undefined;
    if (left) return `<span class="in-repository" title="${md.utils.escapeHtml(href.replace(/^[./]+/, ""))}">`;
    token?.attrSet("href", target as string);
    return open ? open(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
  };
  md.renderer.rules.link_close = (tokens, index, options, env, self) => {
    if (left) {
      left = false;
      return "</span>";
    }
    return close ? close(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
  };
}
