import type { MarkdownRenderer } from "vitepress";
import { subpathOf } from "./navigation.ts";

/**
 * A page of the reference is headed by what one imports, instead of by the name of the file that it was made from. It is done
 * before headings get their anchors, so that a page called "metrics" and a function of that name do not share one.
 */
export function headBySubpath(md: MarkdownRenderer): void {
  md.core.ruler.after("inline", "subpath-titles", ({ tokens, env }) => {
    const page = (env as { relativePath?: string }).relativePath ?? "";
    if (!page.startsWith("reference/") || page.endsWith("overview.md")) return;
    const heading = tokens.findIndex(({ type, tag }) => type === "heading_open" && tag === "h1");
    const [text] = tokens[heading + 1]?.children ?? [];
    if (text) Object.assign(text, { type: "text", content: subpathOf(page) });
  });
}
