import { basename } from "node:path";
import { en } from "./src/strings/en.ts";

/** The languages. */
export const LANGUAGE = /strings[\\/][a-z]{2}\.ts$/;

/**
 * A language as it is shipped, where it is not English: its texts in English's order, whose keys they are given back as
 * they load.
 */
export async function inOrder(path: string): Promise<string | undefined> {
  const language = basename(path, ".ts");
  if (language === "en") return undefined;
  const { [language]: strings } = (await import(path)) as Record<string, Record<string, unknown>>;
  const texts = Object.keys(en).map((key) => strings?.[key]);
  return `
    import { en } from "./en.ts";
    const texts = ${JSON.stringify(texts)};
    export const ${language} = /* @__PURE__ */ Object.fromEntries(Object.keys(en).map((key, index) => [key, texts[index]]));`;
}
