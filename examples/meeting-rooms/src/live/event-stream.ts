import type { RequestHandler, Response } from "express";
import type { Authentication, Caller } from "../tokens/authenticate.ts";
import type { LiveEvent, LiveEvents } from "./live-events.ts";

/** Milliseconds between two signs of life. At each, the caller's token is judged anew. */
const BEAT = 15_000;

/** Bytes that a slow reader may leave unread before it is cut off. */
const MOST_UNREAD = 256 * 1024;

/** What of an event a caller is told: whose it is, only if it is theirs or they are an admin. */
function shownTo({ id, role }: Caller, event: LiveEvent): LiveEvent | undefined {
  if (role === "admin" || event.user_id === id) return event;
  if (event.type === "user") return undefined;
  const { user_id: _, ...rest } = event;
  return rest;
}

const write = (res: Response, event: LiveEvent): void => void res.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);

/** The open streams of a process. */
export interface EventStreams {
  /** `GET /events`: Server-Sent Events until the client goes, its token ends, or the process stops. */
  readonly stream: RequestHandler;
  close(): void;
}

/** Makes what streams live updates to whoever is signed in. */
export function createEventStreams(live: LiveEvents, auth: Authentication): EventStreams {
  const open = new Set<Response>();
  return Object.freeze({
    async stream(req, res) {
      let caller = await auth.caller(req);
      res.writeHead(200, { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" });
      // Where a stream is taken up again, something may have been missed.
      res.write("retry: 2000\n\n");
      write(res, { type: "resync" });
      open.add(res);
      const unsubscribe = live.subscribe((event) => {
        const shown = shownTo(caller, event);
        if (res.writableLength > MOST_UNREAD) res.destroy();
        else if (shown) write(res, shown);
      });
      const beat = setInterval(async () => {
        try {
          const still = await auth.again(req);
          if (!still) return void res.end();
          caller = still;
          res.write(": still here\n\n");
        } catch {
          res.end();
        }
      }, BEAT);
      res.once("close", () => {
        clearInterval(beat);
        unsubscribe();
        open.delete(res);
      });
    },
    close() {
      for (const res of open) res.end();
    },
  } satisfies EventStreams);
}
