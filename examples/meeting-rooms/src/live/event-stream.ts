import type { RequestHandler, Response } from "express";
import { Problem } from "../http/problem.ts";
import type { Authentication, Caller } from "../tokens/authenticate.ts";
import type { LiveEvent, LiveEvents } from "./live-events.ts";

/** Milliseconds between two signs of life. At each, the caller's token is judged anew. */
const EVERY = 5_000;

/** Streams that a user may have open at once, which are about as many pages. */
const MOST_STREAMS = 5;

/** Bytes that a slow reader may leave unread before it is cut off. */
const MOST_UNREAD = 256 * 1024;

/** Seconds after which a stream that was one too many may be tried again. */
const RETRY = "30";

/** A sign of life, for whoever takes silence for a lost connection. It is told to nobody else, so it is no event of the system's. */
export interface Beat {
  type: "beat";
}

/** What of an event a caller is told: whose it is, only if it is theirs or they are an admin. */
function shownTo({ id, role }: Caller, event: LiveEvent): LiveEvent | undefined {
  if (role === "admin" || event.user_id === id) return event;
  if (event.type === "user") return undefined;
  const { user_id: _, ...rest } = event;
  return rest;
}

const write = (res: Response, event: LiveEvent | Beat): void => void res.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);

/** The open streams of a process. */
export interface EventStreams {
  /**
   * `GET /events`: Server-Sent Events until the client goes, its token ends, or the process stops. Who is deleted or
   * switched off hears nothing from then on; whose token has ended otherwise, nothing after the next beat. A process has
   * five streams for a user, and refuses the next one.
   */
  readonly stream: RequestHandler;
  close(): void;
}

/** Makes what streams live updates to whoever is signed in; `every` is the milliseconds from one beat to the next. */
export function createEventStreams(live: LiveEvents, auth: Authentication, { every = EVERY }: { every?: number } = {}): EventStreams {
  const open = new Set<() => void>();
  const ofUser = new Map<string, number>();
  const count = (id: string, more: 1 | -1): void => {
    const now = (ofUser.get(id) ?? 0) + more;
    if (now > 0) ofUser.set(id, now);
    else ofUser.delete(id);
  };
  return Object.freeze({
    async stream(req, res) {
      let caller = await auth.caller(req);
      // Whoever has gone meanwhile closes nothing any more.
      if (res.destroyed) return;
      const { id } = caller;
      if ((ofUser.get(id) ?? 0) >= MOST_STREAMS) throw new Problem("too_many_streams", { headers: { "Retry-After": RETRY } });
      count(id, 1);
      res.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" });
      // Where a stream is taken up again, something may have been missed.
      res.write("retry: 2000\n\n");
      write(res, { type: "resync" });

      const unsubscribe = live.subscribe((event) => {
        // Something about the caller's own account: whoever is still let in takes the stream up again.
        if (event.type === "user" && event.user_id === id) return end();
        const shown = shownTo(caller, event);
        if (res.writableLength > MOST_UNREAD) res.destroy();
        else if (shown) write(res, shown);
      });
      // A slow reader's end may take its time, and nothing may be written behind it.
      const end = (): void => {
        clearTimeout(timer);
        unsubscribe();
        if (open.delete(end)) count(id, -1);
        res.end();
      };
      const beat = async (): Promise<void> => {
        const still = await auth.again(req).catch(() => undefined);
        if (!open.has(end)) return;
        if (!still) return end();
        caller = still;
        write(res, { type: "beat" });
        timer = setTimeout(beat, every);
      };
      let timer = setTimeout(beat, every);
      open.add(end);
      res.once("close", end);
    },
    close() {
      for (const end of open) end();
    },
  } satisfies EventStreams);
}
