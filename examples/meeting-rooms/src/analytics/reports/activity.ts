import { z } from "zod";
import { HELD, period, SINCE, UNTIL } from "../period.ts";
import { report, rowsAs } from "../report.ts";

const numbers = {
  total: z.int(),
  /** Accounts that are not switched off. */
  active: z.int(),
  inactive: z.int(),
  /** Accounts made in the period. */
  joined: z.int(),
  /** Users with a booking in the period. */
  booked: z.int(),
  /** Users who wrote a review in the period. */
  reviewed: z.int(),
};

const ofRole = z.object({ role: z.string(), ...numbers });
const NAMES = Object.keys(numbers) as (keyof typeof numbers)[];

/** How many users there are, of which role, and what they did. */
export const activity = report({
  name: "activity",
  path: "/analytics/users/activity",
  summary: "Users by role, and what they did.",
  query: period,
  answer: z.object({ period_days: z.int(), users: z.object(numbers), roles: z.array(ofRole) }),
  statement: ({ days, timezone }, now) => ({
    text: `
      SELECT u.role, count(*)::integer AS total, (count(*) FILTER (WHERE u.is_active))::integer AS active,
        (count(*) FILTER (WHERE NOT u.is_active))::integer AS inactive,
        (count(*) FILTER (WHERE u.created_at >= ${SINCE}))::integer AS joined,
        count(booked.user_id)::integer AS booked, count(reviewed.user_id)::integer AS reviewed
      FROM users u
        LEFT JOIN (SELECT DISTINCT user_id FROM bookings WHERE ${HELD}) booked ON booked.user_id = u.id
        LEFT JOIN (
          SELECT DISTINCT user_id FROM reviews WHERE created_at >= ${SINCE} AND created_at < ${UNTIL}
        ) reviewed ON reviewed.user_id = u.id
      GROUP BY u.role ORDER BY u.role`,
    values: [timezone, now, days],
  }),
  shape: (rows, { days }) => {
    const roles = rowsAs<z.output<typeof ofRole>>(rows);
    const sum = (name: keyof typeof numbers): number => roles.reduce((all, role) => all + role[name], 0);
    const users = Object.fromEntries(NAMES.map((name) => [name, sum(name)])) as Record<keyof typeof numbers, number>;
    return { period_days: days, users, roles };
  },
  columns: Object.keys(ofRole.shape),
  table: ({ roles }) => roles,
});
