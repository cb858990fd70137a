export { en } from "./en.ts";
export type { Plural, PluralKey, StringKey, Strings, Values } from "./strings.ts";
export type { Text, TextPart } from "./text.ts";
export { createText, textParts } from "./text.ts";
