import type { StringKey, Strings, Values } from "./strings.ts";

/** Says what stands under a key. */
export type Text = (key: StringKey, values?: Values) => string;

/** A text cut at its braces: words, and the names of what stands between them. */
export type TextPart = { text: string } | { slot: string };

const BRACES = /\{(\w+)\}/;

/**
 * Makes what says the texts of one language: plurals by `n`, numbers as the locale writes them. A name that no value is
 * given for stays as it is, so that `textParts` can put an element there.
 *
 * @example
 * ```ts
 * import { createText, en } from "@nightlatch/react";
 *
 * const t = createText(en, "en");
 * t("invalid", { n: 3 }); // "That code didn’t match. 3 tries left."
 * ```
 */
export function createText(strings: Strings, locale: string): Text {
  const plurals = new Intl.PluralRules(locale);
  // Codes are typed in 0 to 9, so what counts them is written alike in every language.
  const numbers = new Intl.NumberFormat(locale, { numberingSystem: "latn" });
  return (key, values = {}) => {
    const found = strings[key];
    const text = typeof found === "string" ? found : (found[plurals.select(Number(values.n))] ?? found.other);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? numbers.format(value) : value;
    });
  };
}

/** A text as its words and the names between them, for elements to stand there: a name in `bdi`, a time in bold. */
export function textParts(text: string): TextPart[] {
  return text.split(BRACES).flatMap((part, index): TextPart[] => (index % 2 ? [{ slot: part }] : part ? [{ text: part }] : []));
}
