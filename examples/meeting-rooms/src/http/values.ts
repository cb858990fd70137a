import { z } from "zod";

/** PostgreSQL's largest `integer`. */
const LARGEST_ID = 2_147_483_647;

const TIME = "must be an ISO 8601 time with its offset, such as 2030-05-01T09:00:00+02:00 or 2030-05-01T07:00:00Z";

/** A moment: ISO 8601 with an offset, seconds or none. What has no offset is nobody's time in particular, and refused. */
export const moment = z
  .string({ error: ({ input }) => (input === undefined ? "is required" : TIME) })
  .pipe(z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })], { error: TIME }))
  .transform((text) => new Date(text));

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

/** A row's number as it stands in a path; `undefined` for what can't be one. */
export function idInPath(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return id >= 1 && id <= LARGEST_ID ? id : undefined;
}
