import { useEffect, useRef, useSyncExternalStore } from "react";

/** Something changed: enough to know what to read anew. */
export interface LiveEvent {
  type: "booking" | "room" | "review" | "user" | "resync";
  action?: "created" | "changed" | "cancelled" | "deleted";
  id?: number | string;
  room_id?: number;
  starts_at?: string;
}

/** Whether updates come in; `lost` once they have not for a while. */
export type LiveState = "connecting" | "live" | "lost";

const TYPES = ["booking", "room", "review", "user", "resync"] as const;

/** Milliseconds without an event or a beat, which comes every five seconds, after which the page says so. */
const PATIENCE = 10_000;

const listeners = new Set<(event: LiveEvent) => void>();
const watchers = new Set<() => void>();
let source: EventSource | undefined;
let late: ReturnType<typeof setTimeout> | undefined;
let state: LiveState = "connecting";

function become(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
}

function open(): void {
  source ??= new EventSource("/api/events");
  const opened = source;
  const lose = (): void => {
    late = undefined;
    become("lost");
    if (source !== opened || opened.readyState !== EventSource.OPEN) return;
    // A connection that is dead without anybody having been told: the browser would wait for ever.
    opened.close();
    source = undefined;
    open();
  };
  const alive = (): void => {
    clearTimeout(late);
    late = setTimeout(lose, PATIENCE);
    become("live");
  };
  opened.onopen = alive;
  opened.addEventListener("beat", alive);
  opened.onerror = () => {
    // A browser gives up on what was refused; a service that restarts is worth another try.
    if (opened.readyState === EventSource.CLOSED && source === opened) {
      source = undefined;
      setTimeout(() => listeners.size > 0 && open(), 3_000);
    }
    late ??= setTimeout(lose, PATIENCE);
  };
  for (const type of TYPES) {
    opened.addEventListener(type, ({ data }: MessageEvent<string>) => {
      alive();
      for (const listener of listeners) listener(JSON.parse(data) as LiveEvent);
    });
  }
}

function listen(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener);
  if (!source) open();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    source?.close();
    source = undefined;
    clearTimeout(late);
    late = undefined;
    state = "connecting";
  };
}

/** Hears live updates as long as the component is there, at most one call in `every` milliseconds. */
export function useLive(on: (event: LiveEvent) => void, every = 0): void {
  const latest = useRef(on);
  latest.current = on;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unlisten = listen((event) => {
      if (every === 0) return latest.current(event);
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current(event);
      }, every);
    });
    return () => {
      clearTimeout(timer);
      unlisten();
    };
  }, [every]);
}

/** Whether updates come in. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    () => state,
  );
}
