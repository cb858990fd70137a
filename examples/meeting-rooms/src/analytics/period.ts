import { z } from "zod";
import { timezone } from "../http/values.ts";

/** A whole number of an address. */
const whole = (least: number, most: number, usual: number) =>
  z
    .string({ error: "must be given once" })
    .regex(/^\d{1,6}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .pipe(
      z.int().min(least, `must be a whole number from ${least} to ${most}`).max(most, `must be a whole number from ${least} to ${most}`),
    )
    .default(usual);

/** So many days, of which today is the last. */
export const days = whole(1, 366, 30);

/** So many months, of which this one is the last. */
export const months = whole(1, 24, 6);

/** The first so many of a ranking. */
export const limit = whole(1, 100, 10);

/** `days` and `timezone`: most reports look at them. */
export const period = z.strictObject({ days, timezone });

/** Today's date in the time zone `$1`, at `$2`. Statements that use these begin their values with zone, now, days. */
export const TODAY = "($2::timestamptz AT TIME ZONE $1::text)::date";

/** The moment at which the `$3` days began. Its parts are immutable, so the planner knows it and can choose an index by it. */
export const SINCE = `((${TODAY} - ($3::integer - 1))::timestamp AT TIME ZONE $1::text)`;

/** The moment at which today ends. */
export const UNTIL = `((${TODAY} + 1)::timestamp AT TIME ZONE $1::text)`;

/** Bookings of the period that were not cancelled. */
export const HELD = `status = 'confirmed' AND starts_at >= ${SINCE} AND starts_at < ${UNTIL}`;
