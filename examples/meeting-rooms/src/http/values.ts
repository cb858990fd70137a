import type { RequestHandler } from "express";
import { z } from "zod";

/** PostgreSQL's largest `integer`. */
const LARGEST_ID = 2_147_483_647;

const TIME = "must be an ISO 8601 time with its offset, such as 2030-05-01T09:00:00+02:00 or 2030-05-01T07:00:00Z";

/** The years that a calendar has any use for. PostgreSQL's own end elsewhere than a `Date`'s, and beyond either is an error. */
const [FIRST, LAST] = [Date.UTC(2000, 0, 1), Date.UTC(2101, 0, 1)];
const YEARS = "must lie in the years 2000 to 2100";

const isInCalendar = (at: Date): boolean => at.getTime() >= FIRST && at.getTime() < LAST;

/** A moment: ISO 8601 with an offset, seconds or none. What has no offset is nobody's time in particular, and refused. */
export const moment = z
  .string({ error: ({ input }) => (input === undefined ? "is required" : TIME) })
  .pipe(z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })], { error: TIME }))
  .transform((text) => new Date(text))
  .refine(isInCalendar, YEARS);

/** A day, as the calendar has it. */
export const date = z.iso
  .date({ error: ({ input }) => (input === undefined ? "is required" : "must be a date, such as 2030-05-01") })
  .refine((text) => isInCalendar(new Date(text)), YEARS);

/** The same in an address, where `+` means a space, and people forget to escape the one before an offset. */
export const momentInQuery = z.preprocess((value) => (typeof value === "string" ? value.replace(/ (?=\d\d:\d\d$)/, "+") : value), moment);

/** The number of a row. `what` is whose, for the fault. */
export const rowId = (what: string) =>
  z
    .int({ error: ({ input }) => (input === undefined ? "is required" : `must be ${what}`) })
    .min(1, `must be ${what}`)
    .max(LARGEST_ID, `must be ${what}`);

/** The same in an address. */
export const rowIdInQuery = (what: string) =>
  z
    .string()
    .regex(/^\d{1,10}$/, `must be ${what}`)
    .transform(Number)
    .pipe(rowId(what));

/** Names as `Europe/Berlin`. Shorter ones, such as `CET`, PostgreSQL takes for an offset that knows no summer. */
const ZONE_NAME = /^(?:UTC|[A-Z][A-Za-z]+(?:\/[A-Za-z0-9_+-]+){1,2})$/;

/** What Chromium calls a clock that is set to `GMT`. */
const NO_OFFSET = "+00:00";

/**
 * A zone by a name that means the same to Node and to PostgreSQL; `undefined` where there is none. Browsers say old names
 * too, such as `Asia/Calcutta`, which lists of zones leave out, and short ones.
 */
function zoneOf(name: string): string | undefined {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    const told = [name, timeZone].find((one) => ZONE_NAME.test(one) && !one.startsWith("SystemV/"));
    return timeZone === NO_OFFSET ? "UTC" : told;
  } catch {
    return undefined;
  }
}

/** Where days and hours begin: an IANA time zone. Its letters are all that reaches the database. */
export const timezone = z
  .string({ error: "must be given once" })
  .transform((name, { addIssue }) => {
    const zone = zoneOf(name);
    if (zone !== undefined) return zone;
    addIssue({ code: "custom", message: "must be an IANA time zone, such as Europe/Berlin" });
    return z.NEVER;
  })
  .default("UTC");

/** What takes a row's number in its path, as `/bookings/:id` does. */
export type WithId = RequestHandler<{ id: string }>;

/** A row's number as it stands in a path; `undefined` for what can't be one. */
export function idInPath(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return id >= 1 && id <= LARGEST_ID ? id : undefined;
}
