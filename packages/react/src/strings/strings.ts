import type { en } from "./en.ts";

/** The forms of a text that counts, by the categories of `Intl.PluralRules`. */
export type Plural = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

/** The keys of the dictionary. */
export type StringKey = keyof typeof en;

/** The keys of the texts that count. */
export type PluralKey = { [K in StringKey]: (typeof en)[K] extends string ? never : K }[StringKey];

/** Everything that the components say, in one language. A host overrides by key: `{ ...de, signInTitle: "…" }`. */
export type Strings = Readonly<{ [K in StringKey]: K extends PluralKey ? Plural : string }>;

/** What stands in the place of braces. */
export type Values = Readonly<Record<string, string | number>>;
