/**
 * What a line or a terminal would take for more than text: controls such as newlines and the escape of ANSI sequences,
 * line separators, and marks that turn the direction of writing (OWASP Logging Cheat Sheet, "Event collection").
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

/** The same text in characters that only stand for themselves: others become `\u{1b}` and the like, a backslash two. */
export const printable = (text: string): string =>
  text.replaceAll("\\", "\\\\").replace(UNPRINTABLE, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);
