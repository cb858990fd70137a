import { z } from "zod";
import { line, lineInQuery } from "../http/input.ts";
import { pageOf, placeInTime } from "../http/page.ts";
import { moment, momentInQuery, rowId, rowIdInQuery } from "../http/values.ts";

const STATUSES = ["confirmed", "cancelled"] as const;

/** Milliseconds that a booking lasts at most. */
const LONGEST = 12 * 3_600_000;

const A_ROOM = "a room's number";

/** A booking, as everybody who may see it sees it. */
export const booking = z.object({
  id: z.int(),
  room_id: z.int(),
  room_name: z.string(),
  /** `null` once the user is deleted. */
  user_id: z.string().nullable(),
  username: z.string().nullable(),
  title: z.string(),
  starts_at: z.date(),
  ends_at: z.date(),
  status: z.enum(STATUSES),
  created_at: z.date(),
  cancelled_at: z.date().nullable(),
  cancelled_by: z.string().nullable(),
});

export type Booking = z.infer<typeof booking>;

/** What keeps one account from taking every room for good. */
export interface BookingBounds {
  /** Days from now within which a booking begins. */
  daysAhead: number;
  /** Bookings to come that a member has at most. Administrators book for others, and have no bound. */
  toCome: number;
}

/** What it takes to book, at a given moment. */
export const bookingRequest = (now: number, { daysAhead }: Pick<BookingBounds, "daysAhead">) =>
  z
    .object({ room_id: rowId(A_ROOM), title: line(200), starts_at: moment, ends_at: moment })
    .superRefine(({ starts_at, ends_at }, { addIssue }) => {
      const fault = (path: string, message: string) => addIssue({ code: "custom", path: [path], message });
      if (starts_at.getTime() < now) fault("starts_at", "must not be past");
      if (starts_at.getTime() > now + daysAhead * 86_400_000) fault("starts_at", `must be within ${daysAhead} days from now`);
      if (ends_at <= starts_at) fault("ends_at", "must be later than starts_at");
      else if (ends_at.getTime() - starts_at.getTime() > LONGEST) fault("ends_at", "must be within 12 hours of starts_at");
    });

export type BookingRequest = z.output<ReturnType<typeof bookingRequest>>;

/** Which bookings to list: those of a room, of a user, with a status, that touch the time between `from` and `to`. */
export const bookingQuery = z.object({
  room_id: rowIdInQuery(A_ROOM).optional(),
  username: lineInQuery(64).optional(),
  status: z.enum(STATUSES, { error: `must be one of: ${STATUSES.join(", ")}` }).optional(),
  from: momentInQuery.optional(),
  to: momentInQuery.optional(),
  ...pageOf(placeInTime),
});

export type BookingQuery = z.output<typeof bookingQuery>;
