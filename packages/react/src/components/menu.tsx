import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { IconName } from "./icons.tsx";
import { useLooks } from "./looks.ts";
import { Button } from "./parts.tsx";

/** What can be chosen. */
export type MenuItem = readonly [icon: IconName, words: string, act: () => void];

/** A button that opens a menu: arrows walk it, Escape and a press elsewhere close it. */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }): ReactNode {
  const { c } = useLooks();
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  // The first of them opens the menu, the others are in it.
  const buttons = (): HTMLElement[] => [...(box.current?.querySelectorAll("button") ?? [])];
  useEffect(() => {
    if (isOpen) buttons()[1]?.focus();
  });

  const close = (): void => {
    setOpen(false);
    buttons()[0]?.focus();
  };
  const walk = (event: KeyboardEvent): void => {
    if (!isOpen) return;
    const all = buttons().slice(1);
    const now = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape") close();
    else if (to === undefined) return;
    else all.at(to % all.length)?.focus();
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the buttons within
    <span ref={box} onKeyDown={walk} onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}>
      <Button kind="icon" icon="dots" aria-label={label} aria-haspopup="menu" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} />
      {isOpen && (
        <div className={c("menu")} role="menu" aria-label={label}>
          {items.map(([icon, words, act]) => (
            <Button
              key={words}
              icon={icon}
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                close();
                act();
              }}
            >
              {words}
            </Button>
          ))}
        </div>
      )}
    </span>
  );
}
