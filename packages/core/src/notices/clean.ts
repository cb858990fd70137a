/** Longest value that is taken over from a host or a user, in characters. */
const LONGEST = 64;

// Control characters, line and paragraph separators, lone surrogates, and what turns the direction of a line.
const UNWANTED = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** A value on one line, without what could end a mail's header or turn the text around it. */
export function clean(value: string): string {
  const line = value.replace(UNWANTED, " ").replace(/\s+/gu, " ").trim();
  return [...line].slice(0, LONGEST).join("").trim();
}

/**
 * A name that a user chose, or nothing where mail programs would make a link of it: whoever gets hold of an
 * account could otherwise have the host send words of theirs that lead to a site of theirs.
 */
export function cleanName(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const name = clean(value);
  return name === "" || /[/\\@]|[\p{L}\p{N}_-][.。．｡]\p{L}{2}/u.test(name) ? undefined : name;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as it stands in HTML, between tags or in a quoted attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
