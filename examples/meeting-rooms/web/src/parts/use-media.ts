import { useEffect, useState, useSyncExternalStore } from "react";

/** Whether the window is as a media query says. */
function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (watcher) => {
      const list = matchMedia(query);
      list.addEventListener("change", watcher);
      return () => list.removeEventListener("change", watcher);
    },
    () => matchMedia(query).matches,
  );
}

/** Whether it is as narrow as a phone. */
export const usePhone = (): boolean => useMedia("(max-width: 719px)");

/** The time, anew every so often. */
export function useNow(every = 20_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
