import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createMarkdownRenderer } from "vitepress";

const root = join(import.meta.dirname, "..", "..");

/** The changelog of the packages, which are released together, and the notes of what is to be released next. */
export interface Changelog {
  /** Notes that are pending, as HTML. */
  pending: string[];
  /** What was released, as HTML; empty before the first release. */
  released: string;
}

declare const data: Changelog;

export { data };

const read = (path: string): string => {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return "";
  }
};

export default {
  watch: ["../../.changeset/*.md", "../../packages/core/CHANGELOG.md"],
  async load(): Promise<Changelog> {
    const md = await createMarkdownRenderer(join(root, "docs"));
    const notes = readdirSync(join(root, ".changeset")).filter((name) => name.endsWith(".md"));
    const pending = notes.map((name) => md.render(read(join(".changeset", name)).replace(/^---\n[\s\S]*?\n---\n/, "")));
    const released = md.render(read("packages/core/CHANGELOG.md").replace(/^# .*$/m, ""));
    return { pending, released };
  },
};
