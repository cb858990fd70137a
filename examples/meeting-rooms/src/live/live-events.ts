import { EventEmitter } from "node:events";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { z } from "zod";

/** Something changed: enough to know what to read anew, and nothing that not everybody may know. */
export const liveEvent = z.object({
  /** `resync`: updates may have been missed, so read everything anew. */
  type: z.enum(["booking", "room", "review", "user", "resync"]),
  action: z.enum(["created", "changed", "cancelled", "deleted"]).optional(),
  id: z.union([z.number(), z.string()]).optional(),
  room_id: z.number().optional(),
  /** Whose it is; told to admins and to this user alone. */
  user_id: z.string().nullable().optional(),
  starts_at: z.iso.datetime().optional(),
  ends_at: z.iso.datetime().optional(),
});

export type LiveEvent = z.infer<typeof liveEvent>;

/** Live updates among the services, and across processes where there is Redis. Best effort: what must not be lost is in the database. */
export interface LiveEvents {
  /** Tells everybody who listens; never fails. */
  publish(event: LiveEvent): void;
  /** Hears what is published from now on; the answer ends that. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
  close(): void;
}

const CHANNEL = "meeting-rooms:live";

/** Live updates: through Redis where there is one, else within this process. */
export async function createLiveEvents(redis: Redis | undefined, log: Logger): Promise<LiveEvents> {
  const heard = new EventEmitter<{ event: [LiveEvent] }>().setMaxListeners(0);
  const subscribe: LiveEvents["subscribe"] = (listener) => {
    heard.on("event", listener);
    return () => void heard.off("event", listener);
  };
  if (!redis)
    return Object.freeze({ publish: (event) => void heard.emit("event", event), subscribe, close: () => undefined } satisfies LiveEvents);

  // A connection that subscribes can do nothing else.
  const listening = redis.duplicate();
  listening.on("error", ({ message }) => log.warn({ message }, "live updates lost Redis"));
  listening.on("message", (_channel, text) => {
    try {
      heard.emit("event", liveEvent.parse(JSON.parse(text)));
    } catch {
      log.warn("a live update could not be read");
    }
  });
  await listening.subscribe(CHANNEL);
  // ioredis subscribes anew by itself; what was published meanwhile is lost.
  listening.on("ready", () => heard.emit("event", { type: "resync" }));
  return Object.freeze({
    publish(event) {
      redis.publish(CHANNEL, JSON.stringify(event)).catch(({ message }: Error) => log.warn({ message }, "a live update was lost"));
    },
    subscribe,
    close: () => listening.disconnect(),
  } satisfies LiveEvents);
}
