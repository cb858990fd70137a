import { fieldsInLine, written } from "../../audit/event-line.ts";
import type { MfaEvent } from "../../audit/events.ts";
import { aligned } from "../shell.ts";

/** A time that an event tells in milliseconds, as people read it. */
const readable = (until: number): string | number => (Number.isNaN(new Date(until).getTime()) ? until : new Date(until).toISOString());

/** Events as lines under each other: when, what, whose, and the event's own fields. */
export function eventLines(events: readonly (MfaEvent & { intact?: boolean })[]): string[] {
  return aligned(
    events.map(({ id: _, type, at, subject, tenant, intact, ...fields }) => {
      const { until, ...rest } = fields as { until?: number };
      return [
        at.toISOString(),
        `${intact === false ? "NOT INTACT " : ""}${type}`,
        !subject ? "-" : written(tenant === undefined ? subject : `${subject}@${tenant}`),
        fieldsInLine({ ...rest, ...(until === undefined ? {} : { until: readable(until) }) }),
      ];
    }),
  );
}
