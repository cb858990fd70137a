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
  // Made when they are first wanted: each takes longer than all the rest, and most screens count nothing.
  let plurals: Intl.PluralRules | undefined;
  let numbers: Intl.NumberFormat | undefined;
  return (key, values = {}) => {
    let text = strings[key];
    if (typeof text !== "string") {
      plurals ??= new Intl.PluralRules(locale);
      text = text[plurals.select(Number(values.n))] ?? text.other;
    }
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (typeof value !== "number") return value ?? whole;
      // Codes are typed in 0 to 9, so what counts them is written alike in every language.
      numbers ??= new Intl.NumberFormat(locale, { numberingSystem: "latn" });
      return numbers.format(value);
    });
  };
}

/** A text as its words and the names between them, for elements to stand there: a name in `bdi`, a time in bold. */
export function textParts(text: string): TextPart[] {
  return text.split(BRACES).flatMap((part, index): TextPart[] => (index % 2 ? [{ slot: part }] : part ? [{ text: part }] : []));
}
