import type { MfaEvent } from "../../audit/events.ts";
import { aligned } from "../shell.ts";

const COMMON = new Set(["id", "type", "at", "subject", "tenant", "intact"]);

/** Fields that are milliseconds since 1970. */
const TIMES = new Set(["until"]);

const shown = (value: unknown): string =>
  typeof value === "string" ? (/^[\w.:@-]+$/.test(value) ? value : JSON.stringify(value)) : JSON.stringify(value);

/** Events as lines under each other: when, what, whose, and the event's own fields. */
export function eventLines(events: readonly (MfaEvent & { intact?: boolean })[]): string[] {
  return aligned(
    events.map((event) => [
      event.at.toISOString(),
      `${event.intact === false ? "NOT INTACT " : ""}${event.type}`,
      !event.subject ? "-" : shown(event.tenant === undefined ? event.subject : `${event.subject}@${event.tenant}`),
      Object.entries(event)
        .filter(([name]) => !COMMON.has(name))
        .map(([name, value]) => `${name}=${TIMES.has(name) ? new Date(Number(value)).toISOString() : shown(value)}`)
        .join(" "),
    ]),
  );
}
