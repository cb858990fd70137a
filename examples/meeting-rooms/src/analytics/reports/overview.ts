import { z } from "zod";
import { timezone } from "../../http/values.ts";
import { TODAY } from "../period.ts";
import { report } from "../report.ts";

const count = z.int();

const answer = z.object({
  users: z.object({ total: count, active: count, inactive: count }),
  rooms: z.object({ total: count, available: count, unavailable: count }),
  bookings: z.object({ total: count, confirmed: count, cancelled: count, today: count }),
  reviews: z.object({ total: count, average_rating: z.number().nullable() }),
});

/** The system in twelve numbers. `today` counts bookings that begin today and were not cancelled. */
export const overview = report({
  name: "overview",
  path: "/analytics/dashboard/overview",
  summary: "Users, rooms, bookings and reviews in all.",
  query: z.strictObject({ timezone }),
  answer,
  statement: ({ timezone }, now) => ({
    text: `
      WITH people AS (SELECT count(*) AS n, count(*) FILTER (WHERE is_active) AS active FROM users),
        places AS (SELECT count(*) AS n, count(*) FILTER (WHERE is_available) AS available FROM rooms WHERE deleted_at IS NULL),
        cancelled AS (SELECT count(*) AS n FROM bookings WHERE status = 'cancelled'),
        confirmed AS (SELECT count(*) AS n FROM bookings WHERE status = 'confirmed'),
        today AS (
          SELECT count(*) AS n FROM bookings WHERE status = 'confirmed'
            AND starts_at >= (${TODAY}::timestamp AT TIME ZONE $1::text) AND starts_at < ((${TODAY} + 1)::timestamp AT TIME ZONE $1::text)
        ),
        -- Rating by rating: of a whole table the planner may think that reading it is cheaper than its index.
        rated AS (
          SELECT sum(given.n) AS n, round(sum(stars * given.n) / nullif(sum(given.n), 0), 2) AS average
          FROM generate_series(1, 5) AS stars, LATERAL (SELECT count(*) AS n FROM reviews WHERE rating = stars) given
        )
      SELECT
        json_build_object('total', people.n, 'active', people.active, 'inactive', people.n - people.active) AS users,
        json_build_object('total', places.n, 'available', places.available, 'unavailable', places.n - places.available) AS rooms,
        json_build_object(
          'total', confirmed.n + cancelled.n, 'confirmed', confirmed.n, 'cancelled', cancelled.n, 'today', today.n
        ) AS bookings,
        json_build_object('total', rated.n, 'average_rating', rated.average) AS reviews
      FROM people, places, cancelled, confirmed, today, rated`,
    values: [timezone, now],
  }),
  shape: ([row]) => row as z.output<typeof answer>,
  columns: Object.entries(answer.shape).flatMap(([of, { shape }]) => Object.keys(shape).map((name) => `${of}_${name}`)),
  table: (figures) => [
    Object.fromEntries(
      Object.entries(figures).flatMap(([of, numbers]) => Object.entries(numbers).map(([name, value]) => [`${of}_${name}`, value])),
    ),
  ],
});
