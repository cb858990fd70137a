import { z } from "zod";
import { timezone } from "../../http/values.ts";
import { months, TODAY } from "../period.ts";
import { report, rowsAs } from "../report.ts";

const entry = z.object({
  month: z.string(),
  bookings: z.int(),
  confirmed: z.int(),
  cancelled: z.int(),
  reviews: z.int(),
  average_rating: z.number().nullable(),
});

/** Bookings and reviews month by month; of this month, all that begin in it. */
export const trends = report({
  name: "trends",
  path: "/analytics/trends/monthly",
  summary: "Bookings and reviews of each month.",
  query: z.strictObject({ months, timezone }),
  answer: z.object({ period_months: z.int(), trends: z.array(entry) }),
  statement: ({ months, timezone }, now) => ({
    text: `
      SELECT to_char(month.begins, 'YYYY-MM') AS month, made.n::integer AS bookings, made.confirmed::integer AS confirmed,
        (made.n - made.confirmed)::integer AS cancelled, given.n::integer AS reviews, round(given.average, 2)::float8 AS average_rating
      FROM generate_series(0, $3::integer - 1) AS ago,
        LATERAL (SELECT date_trunc('month', ${TODAY}::timestamp) - make_interval(months => ago) AS begins) month,
        LATERAL (
          SELECT month.begins AT TIME ZONE $1::text AS since, (month.begins + interval '1 month') AT TIME ZONE $1::text AS until
        ) span,
        LATERAL (
          SELECT count(*) AS n, count(*) FILTER (WHERE b.status = 'confirmed') AS confirmed FROM bookings b
          WHERE b.starts_at >= span.since AND b.starts_at < span.until
        ) made,
        LATERAL (
          SELECT count(*) AS n, avg(v.rating) AS average FROM reviews v WHERE v.created_at >= span.since AND v.created_at < span.until
        ) given
      ORDER BY month.begins`,
    values: [timezone, now, months],
  }),
  shape: (rows, { months }) => ({ period_months: months, trends: rowsAs<z.output<typeof entry>>(rows) }),
  columns: Object.keys(entry.shape),
  table: ({ trends }) => trends,
});
