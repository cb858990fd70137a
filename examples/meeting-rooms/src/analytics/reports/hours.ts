import { z } from "zod";
import { timezone } from "../../http/values.ts";
import { HELD, period, TODAY } from "../period.ts";
import { report, rowsAs } from "../report.ts";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

const ofHour = z.object({ hour: z.int().min(0).max(23), booking_count: z.int() });
/** ISO 8601: Monday is 1, Sunday 7. */
const ofWeekday = ofHour.extend({ weekday: z.int().min(1).max(7) });

/** At which hours bookings begin: in all, and by weekday, where hours without any are left out. */
export const peakHours = report({
  name: "peak-hours",
  path: "/analytics/peak-hours",
  summary: "The hours at which bookings begin, by weekday and in all.",
  query: period,
  answer: z.object({
    period_days: z.int(),
    timezone: z.string(),
    /** The first of the busiest hours; `null` without bookings. */
    peak_hour: z.int().nullable(),
    hours: z.array(ofHour),
    weekdays: z.array(ofWeekday),
  }),
  statement: ({ days, timezone }, now) => ({
    text: `
      SELECT extract(isodow FROM begins AT TIME ZONE $1::text)::integer AS weekday, extract(hour FROM begins AT TIME ZONE $1::text)::integer AS hour,
        sum(n)::integer AS booking_count
      FROM (SELECT starts_at AS begins, count(*) AS n FROM bookings WHERE ${HELD} GROUP BY starts_at) moment
      GROUP BY weekday, hour ORDER BY weekday, hour`,
    values: [timezone, now, days],
  }),
  shape: (rows, { days, timezone }) => {
    const weekdays = rowsAs<z.output<typeof ofWeekday>>(rows);
    const hours = HOURS.map((hour) => ({
      hour,
      booking_count: weekdays.filter((one) => one.hour === hour).reduce((sum, { booking_count }) => sum + booking_count, 0),
    }));
    const most = Math.max(...hours.map(({ booking_count }) => booking_count));
    const peak = most === 0 ? undefined : hours.find(({ booking_count }) => booking_count === most);
    return { period_days: days, timezone, peak_hour: peak?.hour ?? null, hours, weekdays };
  },
  columns: Object.keys(ofWeekday.shape),
  table: ({ weekdays }) => weekdays,
});

/** Today's bookings by the hour at which they begin, and how many of them are over, going on, and to come. */
export const today = report({
  name: "today",
  path: "/analytics/bookings/today",
  summary: "Today's bookings by hour.",
  query: z.strictObject({ timezone }),
  answer: z.object({
    date: z.iso.date(),
    timezone: z.string(),
    total: z.int(),
    over: z.int(),
    in_progress: z.int(),
    to_come: z.int(),
    hours: z.array(ofHour),
  }),
  statement: ({ timezone }, now) => ({
    text: `
      SELECT to_char(${TODAY}, 'YYYY-MM-DD') AS date, day.hour, count(b.starts_at)::integer AS booking_count,
        (count(*) FILTER (WHERE b.ends_at <= $2::timestamptz))::integer AS over,
        (count(*) FILTER (WHERE b.starts_at > $2::timestamptz))::integer AS to_come
      FROM generate_series(0, 23) AS day (hour)
        LEFT JOIN bookings b ON b.status = 'confirmed' AND b.starts_at >= (${TODAY}::timestamp AT TIME ZONE $1::text)
          AND b.starts_at < ((${TODAY} + 1)::timestamp AT TIME ZONE $1::text) AND extract(hour FROM b.starts_at AT TIME ZONE $1::text) = day.hour
      GROUP BY day.hour ORDER BY day.hour`,
    values: [timezone, now],
  }),
  shape: (rows, { timezone }) => {
    const found = rowsAs<{ date: string; hour: number; booking_count: number; over: number; to_come: number }>(rows);
    const sum = (name: "booking_count" | "over" | "to_come"): number => found.reduce((all, row) => all + row[name], 0);
    const [total, over, toCome] = [sum("booking_count"), sum("over"), sum("to_come")];
    return {
      date: found[0]?.date ?? "",
      timezone,
      total,
      over,
      in_progress: total - over - toCome,
      to_come: toCome,
      hours: found.map(({ hour, booking_count }) => ({ hour, booking_count })),
    };
  },
  columns: Object.keys(ofHour.shape),
  table: ({ hours }) => hours,
});
