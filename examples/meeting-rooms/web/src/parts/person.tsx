import type { ReactNode } from "react";

/** The first letters of a name's first and last word. */
function initials(name: string): string {
  const words = name.trim().split(/[\s._-]+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toUpperCase();
}

/** Somebody's letters in a circle. */
export const Avatar = ({ name }: { name: string }): ReactNode => (
  <span className="avatar" aria-hidden="true">
    {initials(name)}
  </span>
);
