import { newDatabase } from "@nightlatch/internal-services";
import { afterAll, expect, inject, test } from "vitest";
import type { Database } from "../src/database/database.ts";
import { migrate } from "../src/database/migrate.ts";
import { connectToServer } from "../src/database/server.ts";
import { seedDemo } from "../src/demo/seed.ts";
import { createLog } from "../src/log.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2030-05-15T10:30:00Z");

const opened: Database[] = [];
afterAll(async () => {
  for (const database of opened) await database.close();
});

async function seeded(now = NOW): Promise<Database> {
  const database = await connectToServer(await newDatabase(inject("postgresUrl")), createLog("silent"));
  opened.push(database);
  await migrate(database);
  await seedDemo(database, now);
  return database;
}

/** All that a person sees of the demo. What differs by nature, ids and hashes, is left out. */
const shown = (database: Database): Promise<object[]> =>
  database.query(
    `SELECT 'user' AS what, username AS who, name, role || is_active AS more, created_at AS at FROM users
    UNION ALL SELECT 'room', name, location, capacity || equipment::text || is_available, created_at FROM rooms
    UNION ALL SELECT 'booking', u.username, b.title, r.name || b.status || b.ends_at, b.starts_at
      FROM bookings b JOIN rooms r ON r.id = b.room_id JOIN users u ON u.id = b.user_id
    UNION ALL SELECT 'review', u.username, coalesce(v.comment, ''), r.name || v.rating, v.created_at
      FROM reviews v JOIN rooms r ON r.id = v.room_id JOIN users u ON u.id = v.user_id
    ORDER BY 1, 2, 3, 4, 5`,
  );

test("the demo is 25 rooms, 150 users and 90 days of bookings and reviews, each time the same", async () => {
  const [one, two] = [await seeded(), await seeded()];
  const all = await shown(one);
  expect(await shown(two)).toEqual(all);
  const [counts] = await one.query(
    `SELECT (SELECT count(*) FROM rooms)::integer AS rooms, (SELECT count(*) FROM users)::integer AS users,
      (SELECT count(*) FROM bookings)::integer > 2000 AS bookings, (SELECT count(*) FROM reviews)::integer > 500 AS reviews`,
  );
  expect(counts).toEqual({ rooms: 25, users: 150, bookings: true, reviews: true });

  const days = await one.query<{ day: string; count: number }>(
    "SELECT to_char(starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::integer FROM bookings GROUP BY 1 ORDER BY 1",
  );
  // Most of them have been, some are to come; a working day without any is none of them.
  const span = Array.from({ length: 90 }, (_, n) => new Date(NOW + (n - 82) * DAY));
  const working = span.filter((day) => ![0, 6].includes(day.getUTCDay())).map((day) => day.toISOString().slice(0, 10));
  expect(days.map(({ day }) => day)).toEqual(expect.arrayContaining(working));
  expect(days.every(({ day }) => span.some((one) => one.toISOString().startsWith(day)))).toBe(true);
  expect(new Set(days.map(({ count }) => count)).size).toBeGreaterThan(10);
});

test("nobody reviews a room without having met in it, and nothing is of a time to come but bookings", async () => {
  const database = await seeded();
  const [faults] = await database.query(
    `SELECT (SELECT count(*) FROM reviews v WHERE NOT EXISTS (SELECT FROM bookings b WHERE b.user_id = v.user_id AND b.room_id = v.room_id
        AND b.status = 'confirmed' AND b.ends_at <= v.created_at))::integer AS strangers,
      (SELECT count(*) FROM reviews WHERE created_at > $1)::integer AS foreseen,
      (SELECT count(*) FROM bookings WHERE created_at > $1 OR created_at > starts_at OR cancelled_at > $1)::integer AS impossible`,
    [new Date(NOW)],
  );
  expect(faults).toEqual({ strangers: 0, foreseen: 0, impossible: 0 });
});

test("a database that anybody has used is left as it is", async () => {
  const database = await seeded();
  await database.query("DELETE FROM rooms WHERE id NOT IN (SELECT room_id FROM bookings UNION SELECT room_id FROM reviews)");
  await database.query("DELETE FROM users WHERE username = 'guest'");
  const before = await shown(database);
  await seedDemo(database, NOW);
  expect(await shown(database)).toEqual(before);
});
