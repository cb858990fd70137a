import type { MarkdownRenderer } from "vitepress";

/** Shows the name of a file above its block: ```ts [app.ts]. */
export function showFileNames(md: MarkdownRenderer): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    // Read first: the rule itself takes the name out.
    const [, name] = /\[([\w.-]+)\]\s*$/.exec(tokens[index]?.info ?? "") ?? [];
    const block = fence?.(tokens, index, options, env, self) ?? "";
    return name ? `<div class="named-file"><p class="file-name">${md.utils.escapeHtml(name)}</p>${block}</div>` : block;
  };
}
