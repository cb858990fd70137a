import { type AnchorHTMLAttributes, type MouseEvent, type ReactNode, useEffect, useSyncExternalStore } from "react";

const MOVED = "console:moved";

const subscribe = (watcher: () => void): (() => void) => {
  addEventListener("popstate", watcher);
  addEventListener(MOVED, watcher);
  return () => {
    removeEventListener("popstate", watcher);
    removeEventListener(MOVED, watcher);
  };
};

/** Goes to another page of the console. */
export function go(to: string, { replace = false } = {}): void {
  const isElsewhere = new URL(to, location.href).pathname !== location.pathname;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  dispatchEvent(new Event(MOVED));
  if (isElsewhere) scrollTo(0, 0);
}

/** The address's path. */
export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);

/** Names the page, in the window's title. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Meeting Rooms`;
  }, [title]);
}

/** The address's query, and how to change some of it; `undefined` takes a value out. */
export function useQuery(): [URLSearchParams, (changes: Record<string, string | undefined>) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return [
    new URLSearchParams(search),
    (changes) => {
      const next = new URLSearchParams(location.search);
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined || value === "") next.delete(key);
        else next.set(key, value);
      }
      const text = next.toString();
      go(location.pathname + (text && `?${text}`), { replace: true });
    },
  ];
}

/** A link within the console. */
export function Link({ to, children, ...rest }: { to: string; children?: ReactNode } & AnchorHTMLAttributes<HTMLAnchorElement>): ReactNode {
  const follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a {...rest} href={to} onClick={follow}>
      {children}
    </a>
  );
}
