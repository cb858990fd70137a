import { z } from "zod";
import { line } from "../http/input.ts";
import { pageOf } from "../http/page.ts";

const STATUSES = ["confirmed", "cancelled"] as const;

/** Milliseconds that a booking lasts at most. */
const LONGEST = 12 * 3_600_000;

/** PostgreSQL's largest `integer`. */
const LARGEST_ID = 2_147_483_647;

/** A booking, as everybody who may see it sees it. */
export interface Booking {
  id: number;
  room_id: number;
  room_name: string;
  /** `null` once the user is deleted. */
  user_id: string | null;
  username: string | null;
  title: string;
  starts_at: Date;
  ends_at: Date;
  status: (typeof STATUSES)[number];
  created_at: Date;
  cancelled_at: Date | null;
  cancelled_by: string | null;
}

const TIME = "must be an ISO 8601 time with its offset, such as 2030-05-01T09:00:00+02:00 or 2030-05-01T07:00:00Z";

/** A moment: ISO 8601 with an offset, seconds or none. What has no offset is nobody's time in particular, and refused. */
const moment = z
  .string({ error: ({ input }) => (input === undefined ? "is required" : TIME) })
  .pipe(z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })], { error: TIME }))
  .transform((text) => new Date(text));

const roomId = z
  .int({ error: ({ input }) => (input === undefined ? "is required" : "must be a room's number") })
  .min(1, "must be a room's number")
  .max(LARGEST_ID, "must be a room's number");

/** What it takes to book, at a given moment. */
export const bookingRequest = (now: number) =>
  z
    .object({ room_id: roomId, title: line(200), starts_at: moment, ends_at: moment })
    .superRefine(({ starts_at, ends_at }, { addIssue }) => {
      const fault = (path: string, message: string) => addIssue({ code: "custom", path: [path], message });
      if (starts_at.getTime() < now) fault("starts_at", "must not be past");
      if (ends_at <= starts_at) fault("ends_at", "must be later than starts_at");
      else if (ends_at.getTime() - starts_at.getTime() > LONGEST) fault("ends_at", "must be within 12 hours of starts_at");
    });

export type BookingRequest = z.output<ReturnType<typeof bookingRequest>>;

/** In an address `+` means a space, and people forget to escape the one before an offset. */
const momentInQuery = z.preprocess((value) => (typeof value === "string" ? value.replace(/ (?=\d\d:\d\d$)/, "+") : value), moment);

/** Where a page of bookings ended. */
const place = z.tuple([z.iso.datetime(), z.int().min(1).max(LARGEST_ID)], "must be the next_cursor of a page");

/** Which bookings to list: those of a room, with a status, that touch the time between `from` and `to`. */
export const bookingQuery = z.object({
  room_id: z
    .string()
    .regex(/^\d{1,10}$/, "must be a room's number")
    .transform(Number)
    .pipe(roomId)
    .optional(),
  status: z.enum(STATUSES, { error: `must be one of: ${STATUSES.join(", ")}` }).optional(),
  from: momentInQuery.optional(),
  to: momentInQuery.optional(),
  ...pageOf(place),
});

export type BookingQuery = z.output<typeof bookingQuery>;

/** A booking's number as it stands in an address; `undefined` for what can't be one. */
export function bookingId(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return id >= 1 && id <= LARGEST_ID ? id : undefined;
}
