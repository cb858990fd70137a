import { z } from "zod";
import { HELD, limit, period } from "../period.ts";
import { report, rowsAs } from "../report.ts";

const room = z.object({ room_id: z.int(), room_name: z.string(), booking_count: z.int() });

/** Bookings of each room that there is, the busiest first. */
export const byRoom = report({
  name: "by-room",
  path: "/analytics/bookings/by-room",
  summary: "Bookings of each room.",
  query: period,
  answer: z.object({ period_days: z.int(), rooms: z.array(room) }),
  statement: ({ days, timezone }, now) => ({
    text: `
      SELECT r.id AS room_id, r.name AS room_name, coalesce(made.n, 0)::integer AS booking_count
      FROM rooms r LEFT JOIN (SELECT room_id, count(*) AS n FROM bookings WHERE ${HELD} GROUP BY room_id) made ON made.room_id = r.id
      WHERE r.deleted_at IS NULL ORDER BY booking_count DESC, r.id`,
    values: [timezone, now, days],
  }),
  shape: (rows, { days }) => ({ period_days: days, rooms: rowsAs<z.output<typeof room>>(rows) }),
  columns: Object.keys(room.shape),
  table: ({ rooms }) => rooms,
});

const user = z.object({ user_id: z.string(), username: z.string(), name: z.string(), booking_count: z.int() });

/** Who books most. */
export const byUser = report({
  name: "by-user",
  path: "/analytics/bookings/by-user",
  summary: "The users with the most bookings.",
  query: period.extend({ limit }),
  answer: z.object({ period_days: z.int(), users: z.array(user) }),
  statement: ({ days, timezone, limit }, now) => ({
    text: `
      SELECT u.id AS user_id, u.username, u.name, made.n::integer AS booking_count
      FROM (
          SELECT user_id, count(*) AS n FROM bookings WHERE ${HELD} AND user_id IS NOT NULL
          GROUP BY user_id ORDER BY n DESC, user_id LIMIT $4
        ) made JOIN users u ON u.id = made.user_id
      ORDER BY made.n DESC, u.id`,
    values: [timezone, now, days, limit],
  }),
  shape: (rows, { days }) => ({ period_days: days, users: rowsAs<z.output<typeof user>>(rows) }),
  columns: Object.keys(user.shape),
  table: ({ users }) => users,
});
