import type { MfaEvent } from "./events.ts";

/**
 * What an event is handed to: a function, `pinoSink(logger)`, `webhookSink(...)`, a sender of notices. It has taken the
 * event once it returns, or its promise fulfils; what it throws has the event come again later. It may come twice.
 */
export type EventSink = (event: MfaEvent) => void | Promise<void>;
