import { ConfigError } from "../errors.ts";
import { ar } from "./languages/ar.ts";
import { de } from "./languages/de.ts";
import { en } from "./languages/en.ts";
import { es } from "./languages/es.ts";
import { fr } from "./languages/fr.ts";
import { ja } from "./languages/ja.ts";
import { pt } from "./languages/pt.ts";
import { zh } from "./languages/zh.ts";
import type { NoticeKind, NoticeStrings } from "./strings.ts";

/**
 * What notices say, by language: English, German, French, Spanish, Portuguese (as in Brazil), Japanese,
 * Simplified Chinese and Arabic. Take one and change what should read otherwise.
 */
export const noticeStrings: Readonly<Record<"en" | "de" | "fr" | "es" | "pt" | "ja" | "zh" | "ar", NoticeStrings>> = Object.freeze({
  en,
  de,
  fr,
  es,
  pt,
  ja,
  zh,
  ar,
});

/** Every kind of notice. */
export const noticeKinds: readonly NoticeKind[] = Object.freeze(Object.keys(en.titles) as NoticeKind[]);

/** A language that was chosen, and the tag that dates and numbers are written by. */
export interface Chosen {
  strings: NoticeStrings;
  locale: string;
}

const parsed = (tag: unknown): Intl.Locale | undefined => {
  try {
    return typeof tag === "string" ? new Intl.Locale(tag.replaceAll("_", "-")) : undefined;
  } catch {
    return undefined;
  }
};

/** Every text by its path, such as `titles.locked`. A plural's forms but `zero` and `other` are its language's own. */
function textsOf(strings: unknown, path = ""): [string, unknown][] {
  if (typeof strings !== "object" || strings === null) return [[path, strings]];
  return Object.entries(strings)
    .filter(([key]) => !["one", "two", "few", "many"].includes(key))
    .flatMap(([key, value]) => textsOf(value, path === "" ? key : `${path}.${key}`));
}

const EXPECTED = textsOf(en).map(([path]) => path);

function checkStrings(key: string, strings: NoticeStrings): void {
  const texts = new Map(textsOf(strings));
  const missing = EXPECTED.filter((path) => typeof texts.get(path) !== "string");
  if (missing.length > 0) {
    throw new ConfigError(
      `notices: strings.${key} lacks ${missing.join(", ")}. Start from a whole language: { ...noticeStrings.en, … }, so that no message is half empty.`,
    );
  }
  if (!parsed(strings.language)) throw new ConfigError(`notices: strings.${key}.language is a BCP 47 tag, such as "nl".`);
  if (!["ltr", "rtl"].includes(strings.direction)) throw new ConfigError(`notices: strings.${key}.direction is "ltr" or "rtl".`);
}

/**
 * Makes the choice of a language: one of the same language and script, of the same region where there are
 * several, else the fallback.
 *
 * @throws ConfigError for strings that are incomplete, and for a fallback that there are no strings of
 */
export function languageChoice(own: Readonly<Record<string, NoticeStrings>>, fallback: string): (wanted: unknown) => Chosen {
  for (const [key, strings] of Object.entries(own)) checkStrings(key, strings);
  const all = Object.values({ ...noticeStrings, ...own }).map((strings) => ({
    strings,
    tag: new Intl.Locale(strings.language).maximize(),
  }));
  const choose = (wanted: Intl.Locale | undefined): Chosen | undefined => {
    if (!wanted) return undefined;
    const { language, script, region } = wanted.maximize();
    const alike = all.filter(({ tag }) => tag.language === language && tag.script === script);
    const first = alike.find(({ tag }) => tag.region === region) ?? alike[0];
    return first && { strings: first.strings, locale: wanted.toString() };
  };
  const otherwise = choose(parsed(fallback));
  if (!otherwise)
    throw new ConfigError(`notices: language is "${fallback}", and there are no strings of that language. Give them in strings.`);
  return (wanted) => choose(parsed(wanted)) ?? otherwise;
}
