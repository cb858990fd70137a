import { z } from "zod";
import { HELD, period } from "../period.ts";
import { report, rowsAs } from "../report.ts";

const rated = z.object({ room_id: z.int(), room_name: z.string(), average_rating: z.number().nullable(), review_count: z.int() });

/** What each room is thought of, the best first and the unrated last. */
export const ratings = report({
  name: "ratings",
  path: "/analytics/rooms/ratings",
  summary: "Average rating and number of reviews of each room.",
  query: z.strictObject({}),
  answer: z.object({ rooms: z.array(rated) }),
  statement: () => ({
    text: `
      SELECT r.id AS room_id, r.name AS room_name, round(given.average, 2)::float8 AS average_rating, given.n::integer AS review_count
      FROM rooms r, LATERAL (SELECT avg(v.rating) AS average, count(*) AS n FROM reviews v WHERE v.room_id = r.id) given
      WHERE r.deleted_at IS NULL ORDER BY given.average DESC NULLS LAST, r.id`,
    values: [],
  }),
  shape: (rows) => ({ rooms: rowsAs<z.output<typeof rated>>(rows) }),
  columns: Object.keys(rated.shape),
  table: ({ rooms }) => rooms,
});

/** Working hours of a day: what a room is held against. */
const HOURS_A_DAY = 8;

const used = z.object({
  room_id: z.int(),
  room_name: z.string(),
  booking_count: z.int(),
  total_hours_booked: z.number(),
  /** Of the working hours. A room that is used in the evening as well may pass 100. */
  utilization_percentage: z.number(),
});

/** How much of its working hours each room is booked, the most used first. */
export const utilization = report({
  name: "utilization",
  path: "/analytics/rooms/utilization",
  summary: "Share of the working hours, eight a day, for which each room is booked.",
  query: period,
  answer: z.object({ period_days: z.int(), available_hours_per_room: z.int(), rooms: z.array(used) }),
  statement: ({ days, timezone }, now) => ({
    text: `
      SELECT r.id AS room_id, r.name AS room_name, coalesce(made.n, 0)::integer AS booking_count,
        round(coalesce(made.hours, 0), 2)::float8 AS total_hours_booked,
        round(coalesce(made.hours, 0) * 100 / $4::integer, 2)::float8 AS utilization_percentage
      FROM rooms r LEFT JOIN (
        SELECT room_id, count(*) AS n, extract(epoch FROM sum(ends_at - starts_at)) / 3600 AS hours FROM bookings WHERE ${HELD} GROUP BY room_id
      ) made ON made.room_id = r.id
      WHERE r.deleted_at IS NULL ORDER BY coalesce(made.hours, 0) DESC, r.id`,
    values: [timezone, now, days, days * HOURS_A_DAY],
  }),
  shape: (rows, { days }) => ({
    period_days: days,
    available_hours_per_room: days * HOURS_A_DAY,
    rooms: rowsAs<z.output<typeof used>>(rows),
  }),
  columns: Object.keys(used.shape),
  table: ({ rooms }) => rooms,
});
