import { compareLog } from "./compare.ts";
import { followLog } from "./follow.ts";
import { listEvents, timelineOf } from "./list.ts";
import { pruneLog } from "./prune.ts";
import { sealedPage } from "./sealed-page.ts";
import { type Log, sealAll } from "./sealing.ts";
import type { AuditLog } from "./types.ts";
import { verifyLog } from "./verify.ts";

/** The log over a store. */
export function createAuditLog(log: Log): AuditLog {
  return Object.freeze({
    list: async (query) => await listEvents(log, query),
    timeline: async (query) => await timelineOf(log, query),
    sealed: async (page) => await sealedPage(log, page),
    seal: async () => await sealAll(log),
    verify: async (options) => await verifyLog(log, options),
    prune: async (options) => await pruneLog(log, options),
    compare: async (options) => await compareLog(log, options),
    follow: (options) => followLog(log, options),
  } satisfies AuditLog);
}
