import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Icon, type IconName } from "./icons.tsx";
import { Button, useClass } from "./parts.tsx";

/** What can be chosen. */
export interface MenuItem {
  icon: IconName;
  words: string;
  act(): void;
}

/** A button that opens a menu: arrows walk it, Escape and a press elsewhere close it. */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }): ReactNode {
  const c = useClass();
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  const buttons = (): HTMLElement[] => [...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  useEffect(() => {
    if (isOpen) box.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
  }, [isOpen]);

  const close = (): void => {
    setOpen(false);
    box.current?.querySelector("button")?.focus();
  };
  const walk = (event: KeyboardEvent): void => {
    if (!isOpen) return;
    const all = buttons();
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
      <Button kind="icon" aria-label={label} aria-haspopup="menu" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name="dots" />
      </Button>
      {isOpen && (
        <div className={c("menu")} role="menu" aria-label={label}>
          {items.map(({ icon, words, act }) => (
            <Button
              key={words}
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                close();
                act();
              }}
            >
              <Icon name={icon} />
              {words}
            </Button>
          ))}
        </div>
      )}
    </span>
  );
}
