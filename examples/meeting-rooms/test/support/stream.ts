import type { Beat } from "../../src/live/event-stream.ts";
import type { LiveEvent } from "../../src/live/live-events.ts";

/** A stream of live updates that somebody reads. */
export interface EventReader {
  /** Waits for the next event that meets the condition; those before it are gone. */
  next(wanted: (event: LiveEvent) => boolean): Promise<LiveEvent>;
  /** Waits for the next sign of life; events before it are gone. */
  beat(): Promise<void>;
  /** Waits until the server has ended the stream. */
  ended(): Promise<void>;
  close(): void;
}

/** Reads the live updates of a service; resolves once the stream has begun. */
export async function readEvents(service: string, token: string, path = "/events"): Promise<EventReader> {
  const stop = new AbortController();
  const res = await fetch(service + path, { headers: { Authorization: `Bearer ${token}` }, signal: stop.signal });
  if (res.status !== 200 || !res.body) throw new Error(`No stream: ${res.status}`);
  const reader = res.body.pipeThrough(new TextDecoderStream()).getReader();
  let unread = "";
  const events: (LiveEvent | Beat)[] = [];
  const read = async (): Promise<boolean> => {
    const { done, value = "" } = await reader.read();
    const parts = (unread + value).split("\n\n");
    unread = parts.pop() ?? "";
    for (const part of parts) {
      const data = part.split("\n").find((line) => line.startsWith("data: "));
      if (data) events.push(JSON.parse(data.slice(6)));
    }
    return !done;
  };
  const take = async (): Promise<LiveEvent | Beat> => {
    for (;;) {
      const event = events.shift();
      if (event) return event;
      if (!(await read())) throw new Error("The stream ended.");
    }
  };
  return {
    async next(wanted) {
      for (;;) {
        const event = await take();
        if (event.type !== "beat" && wanted(event)) return event;
      }
    },
    async beat() {
      while ((await take()).type !== "beat");
    },
    async ended() {
      while (await read());
    },
    close: () => stop.abort(),
  };
}
