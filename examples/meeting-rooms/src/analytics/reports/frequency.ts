import { z } from "zod";
import { timezone } from "../../http/values.ts";
import { days, SINCE, TODAY, UNTIL } from "../period.ts";
import { report, rowsAs } from "../report.ts";

const PERIODS = { daily: "day", weekly: "week", monthly: "month" } as const;

const entry = z.object({
  /** The first day of the day, week (from Monday) or month. */
  date: z.iso.date(),
  total: z.int(),
  confirmed: z.int(),
  cancelled: z.int(),
});

/**
 * Bookings by the day, week or month in which they begin, those without any among them. Each stretch is looked up by
 * itself, so that it is always a piece of the index that is read.
 */
export const frequency = report({
  name: "frequency",
  path: "/analytics/bookings/frequency",
  summary: "Bookings over time, by when they begin.",
  query: z.strictObject({
    period: z.enum(["daily", "weekly", "monthly"], { error: "must be one of: daily, weekly, monthly" }).default("daily"),
    days,
    timezone,
  }),
  answer: z.object({ period: z.string(), period_days: z.int(), timezone: z.string(), total: z.int(), frequency: z.array(entry) }),
  statement: ({ period, days, timezone }, now) => ({
    text: `
      SELECT to_char(stretch.begins, 'YYYY-MM-DD') AS date, made.total, made.confirmed, made.total - made.confirmed AS cancelled
      FROM generate_series(
          date_trunc($4::text, (${TODAY} - ($3::integer - 1))::timestamp), ${TODAY}::timestamp, ('1 ' || $4)::interval
        ) AS stretch (begins),
        LATERAL (
          SELECT count(*)::integer AS total, (count(*) FILTER (WHERE b.status = 'confirmed'))::integer AS confirmed
          FROM bookings b
          WHERE b.starts_at >= greatest(stretch.begins AT TIME ZONE $1::text, ${SINCE})
            AND b.starts_at < least((stretch.begins + ('1 ' || $4)::interval) AT TIME ZONE $1::text, ${UNTIL})
        ) made
      ORDER BY stretch.begins`,
    values: [timezone, now, days, PERIODS[period]],
  }),
  shape: (rows, { period, days, timezone }) => {
    const found = rowsAs<z.output<typeof entry>>(rows);
    return { period, period_days: days, timezone, total: found.reduce((sum, { total }) => sum + total, 0), frequency: found };
  },
  columns: Object.keys(entry.shape),
  table: ({ frequency }) => frequency,
});
