import { z } from "zod";
import { line, lineInQuery } from "../http/input.ts";
import { NO_CURSOR, pageOf } from "../http/page.ts";
import { date, momentInQuery, rowId, timezone } from "../http/values.ts";

/** A room. */
export const room = z.object({
  id: z.int(),
  name: z.string(),
  capacity: z.int(),
  location: z.string(),
  equipment: z.array(z.string()),
  is_available: z.boolean(),
  created_at: z.date(),
});

export type Room = z.infer<typeof room>;

const MOST_PEOPLE = 10_000;

const capacity = z
  .int({ error: ({ input }) => (input === undefined ? "is required" : "must be a whole number") })
  .min(1, "must be at least 1")
  .max(MOST_PEOPLE, `must be ${MOST_PEOPLE} at most`);

const equipment = z
  .array(line(50), { error: "must be a list of names" })
  .max(30, "must be 30 at most")
  // One spelling, so that a filter finds it.
  .transform((names) => [...new Set(names.map((name) => name.toLowerCase()))].sort());

const available = z.boolean({ error: "must be true or false" });

/** What it takes to add a room. */
export const newRoom = z.object({
  name: line(100),
  capacity,
  location: line(200),
  equipment: equipment.default([]),
  is_available: available.default(true),
});

export type NewRoom = z.output<typeof newRoom>;

/** What of a room is to be changed. */
export const roomChange = z
  .object({
    name: line(100).optional(),
    capacity: capacity.optional(),
    location: line(200).optional(),
    equipment: equipment.optional(),
    is_available: available.optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), "must change something");

export type RoomChange = z.output<typeof roomChange>;

const people = z
  .string()
  .regex(/^\d{1,5}$/, "must be a number")
  .transform(Number);

/** Where a page of rooms ended. */
const place = z.tuple([line(200), rowId("a room's number")], NO_CURSOR);

/** Which rooms to list: for so many people, with all of that equipment, free between two times. */
export const roomQuery = z
  .object({
    capacity: people.optional(),
    /** Names with commas between them. */
    equipment: lineInQuery(500)
      .transform((text) =>
        text
          .split(",")
          .map((name) => name.trim().toLowerCase())
          .filter(Boolean),
      )
      .optional(),
    is_available: z.enum(["true", "false"], { error: "must be true or false" }).optional(),
    free_from: momentInQuery.optional(),
    free_to: momentInQuery.optional(),
    ...pageOf(place),
  })
  .superRefine(({ free_from, free_to }, { addIssue }) => {
    const fault = (path: string, message: string) => addIssue({ code: "custom", path: [path], message });
    if (free_from && !free_to) fault("free_to", "belongs to free_from");
    if (free_to && !free_from) fault("free_from", "belongs to free_to");
    if (free_from && free_to && free_to <= free_from) fault("free_to", "must be later than free_from");
  });

export type RoomQuery = z.output<typeof roomQuery>;

/** Which day: a date, in a time zone such as Europe/Berlin. */
export const dayQuery = z.object({
  date,
  time_zone: timezone,
});

/** A time at which a room is taken. Whose it is, only administrators and that user are told. */
export const busySpan = z.object({
  starts_at: z.date(),
  ends_at: z.date(),
  booking_id: z.int().optional(),
  title: z.string().optional(),
  organiser: z.string().nullable().optional(),
  own: z.boolean(),
});

export type BusySpan = z.infer<typeof busySpan>;

/** A day: from its beginning to its end, and each room with the times at which it is taken. */
export const day = z.object({
  date: z.string(),
  time_zone: z.string(),
  starts_at: z.date(),
  ends_at: z.date(),
  rooms: z.array(z.object({ ...room.shape, busy: z.array(busySpan) })),
});

export type Day = z.infer<typeof day>;
