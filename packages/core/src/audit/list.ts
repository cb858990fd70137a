import { ConfigError } from "../errors.ts";
import type { AuditFind } from "../stores/audit.ts";
import type { StoredAuditRow } from "../stores/store.ts";
import { cursorOf, lengthOf, readCursor } from "./cursor.ts";
import { BEHIND_ALL_IDS, idFrom } from "./event-id.ts";
import type { MfaEvent } from "./events.ts";
import { eventOf, isIntact } from "./row.ts";
import { type Log, PAGE } from "./sealing.ts";
import type { AuditBucket, AuditPage, AuditQuery, TimelineQuery } from "./types.ts";

/** Pages that are looked through for what no index knows. */
const MOST_PAGES = 20;

/** Buckets of a timeline, at most: a year of hours. */
const MOST_BUCKETS = 8_784;

const SPANS = { hour: 3_600_000, day: 86_400_000 } as const;

const timeOf = (date: Date, name: string): number => {
  const time = date instanceof Date ? date.getTime() : Number.NaN;
  if (Number.isNaN(time)) throw new ConfigError(`\`${name}\` is a Date.`);
  return time;
};

/** What of a query the store answers. */
function findOf({ keyOf }: Log, { subject, tenant, types, from, to, order = "oldest", after }: AuditQuery): Omit<AuditFind, "limit"> {
  if (order !== "oldest" && order !== "newest") throw new ConfigError('The order of audit.list is "oldest" or "newest" first.');
  const above = from ? idFrom(timeOf(from, "from")) : "";
  const below = to ? idFrom(timeOf(to, "to")) : BEHIND_ALL_IDS;
  const [cursor] = after === undefined ? [] : readCursor(order, after);
  return {
    above: order === "oldest" && cursor !== undefined && cursor > above ? cursor : above,
    below: order === "newest" && cursor !== undefined && cursor < below ? cursor : below,
    order,
    ...(subject ? { who: keyOf(subject) } : {}),
    ...(tenant === undefined ? {} : { tenant }),
    ...(types ? { types } : {}),
  };
}

/** What of a query is looked for in the events. */
const isAskedFor = ({ factorId, actor }: AuditQuery, event: MfaEvent): boolean =>
  (factorId === undefined || ("factorId" in event && event.factorId === factorId)) &&
  (actor === undefined || ("actor" in event && event.actor === actor));

/** Rows that the store finds, on and on: page by page where most of them may not be what is asked for, else one page. */
async function* rowsFound({ store }: Log, find: Omit<AuditFind, "limit">, limit: number, pages: number): AsyncGenerator<StoredAuditRow> {
  let last: string | undefined;
  for (let page = 0; page < pages; page += 1) {
    const reached = last === undefined ? {} : find.order === "oldest" ? { above: last } : { below: last };
    const rows = await store.auditFind({ ...find, ...reached, limit });
    yield* rows;
    if (rows.length < limit) return;
    last = rows.at(-1)?.id;
  }
}

/** Reads a page by time. */
export async function listEvents(log: Log, query: AuditQuery = {}): Promise<AuditPage> {
  const limit = lengthOf(query.limit ?? 100);
  const find = findOf(log, query);
  const { order } = find;
  const keys = await log.keys();
  const isNarrow = query.factorId !== undefined || query.actor !== undefined;
  const [most, pages] = isNarrow ? [PAGE, MOST_PAGES] : [limit + 1, 1];
  const events: AuditPage["events"] = [];
  const start = order === "oldest" ? find.above : find.below;
  let [last, seen] = [start, 0];
  if (query.types?.length === 0) return { events, cursor: cursorOf(order, last), more: false };
  for await (const row of rowsFound(log, find, most, pages)) {
    if (events.length === limit) return { events, cursor: cursorOf(order, last), more: true };
    [last, seen] = [row.id, seen + 1];
    const event = eventOf(row);
    if (isAskedFor(query, event)) events.push({ ...event, intact: isIntact(keys, row) });
  }
  return { events, cursor: cursorOf(order, last), more: seen === most * pages };
}

/** Counts by type, in buckets of UTC without a gap between them. */
export async function timelineOf({ store }: Log, { from, to, bucket, types }: TimelineQuery): Promise<AuditBucket[]> {
  const span = SPANS[bucket];
  if (!span) throw new ConfigError('A timeline has buckets of an "hour" or a "day".');
  const [begin, end] = [timeOf(from, "from"), timeOf(to, "to")];
  const first = begin - (((begin % span) + span) % span);
  const length = Math.max(0, Math.ceil((end - first) / span));
  if (length > MOST_BUCKETS) throw new ConfigError(`A timeline has ${MOST_BUCKETS} buckets at most; this one would have ${length}.`);
  if (end <= begin) return [];
  const found =
    types?.length === 0 ? [] : await store.auditCounts({ from: idFrom(begin), to: idFrom(end), span, ...(types ? { types } : {}) });
  const buckets: AuditBucket[] = Array.from({ length }, (_, place) => ({ from: new Date(first + place * span), total: 0, counts: {} }));
  for (const { at, type, count } of found) {
    const place = buckets[(at - first) / span];
    if (!place) continue;
    place.total += count;
    Object.assign(place.counts, { [type]: count });
  }
  return buckets;
}
