import { type Database, lockFor, type Queries } from "../database/database.ts";
import { hashPassword } from "../users/passwords.ts";
import { demoBookings, demoReviews } from "./calendar.ts";
import { DEMO_ACCOUNTS, DEMO_INACTIVE, DEMO_PASSWORD, DEMO_ROOMS, DEMO_USERS, FAMILY_NAMES, GIVEN_NAMES } from "./catalogue.ts";

const DAY = 86_400_000;

/** The demo's users: those that are printed, and enough others that figures look like a company's. */
function people(now: number): { username: string; name: string; role: string; is_active: boolean; created: number }[] {
  const others = Array.from({ length: DEMO_USERS - DEMO_ACCOUNTS.length }, (_, n) => {
    // Each pair once: the second name moves on each time that the first ones have been through.
    const given = GIVEN_NAMES[n % GIVEN_NAMES.length] ?? "";
    const family = FAMILY_NAMES[(n + Math.floor(n / GIVEN_NAMES.length)) % FAMILY_NAMES.length] ?? "";
    return { username: `${given}.${family}`.toLowerCase(), name: `${given} ${family}`, role: "user" };
  });
  return [...DEMO_ACCOUNTS, ...others].map((person, n, all) => ({
    ...person,
    is_active: n < all.length - DEMO_INACTIVE,
    created: now - (200 - n * 0.7) * DAY,
  }));
}

async function isUntouched(database: Queries): Promise<boolean> {
  const [row] = await database.query<{ untouched: boolean }>(
    "SELECT NOT EXISTS (SELECT FROM users) AND NOT EXISTS (SELECT FROM rooms) AS untouched",
  );
  return row?.untouched === true;
}

const at = (milliseconds: number): string => new Date(Math.round(milliseconds)).toISOString();

async function insertAll(tx: Queries, now: number, passwordHash: string): Promise<void> {
  const users = people(now);
  await tx.query(
    `INSERT INTO users (username, name, email, role, password_hash, is_active, demo, created_at)
      SELECT username, name, username || '@example.com', role, $2, is_active, true, created
      FROM jsonb_to_recordset($1::jsonb) AS x (username text, name text, role text, is_active boolean, created timestamptz)`,
    [JSON.stringify(users.map(({ created, ...user }) => ({ ...user, created: at(created) }))), passwordHash],
  );
  await tx.query(
    `INSERT INTO rooms (name, capacity, location, equipment, is_available, created_at)
      SELECT name, capacity, location, ARRAY(SELECT jsonb_array_elements_text(equipment)), is_available, $2
      FROM jsonb_to_recordset($1::jsonb) AS x (name text, capacity integer, location text, equipment jsonb, is_available boolean)`,
    [JSON.stringify(DEMO_ROOMS), at(now - 200 * DAY)],
  );
  const usernames = users.filter(({ is_active }) => is_active).map(({ username }) => username);
  const bookings = demoBookings(DEMO_ROOMS, usernames, now);
  await tx.query(
    `INSERT INTO bookings (room_id, user_id, title, starts_at, ends_at, status, created_at, cancelled_at, cancelled_by)
      SELECT r.id, u.id, title, starts, ends, CASE WHEN cancelled IS NULL THEN 'confirmed' ELSE 'cancelled' END, created, cancelled,
        CASE WHEN cancelled IS NOT NULL THEN u.id END
      FROM jsonb_to_recordset($1::jsonb)
        AS x (username text, room text, title text, starts timestamptz, ends timestamptz, created timestamptz, cancelled timestamptz)
      JOIN rooms r ON r.name = x.room JOIN users u ON u.username = x.username ORDER BY created, starts`,
    [
      JSON.stringify(
        bookings.map(({ starts, ends, created, cancelled, ...rest }) => ({
          ...rest,
          starts: at(starts),
          ends: at(ends),
          created: at(created),
          cancelled: cancelled === null ? null : at(cancelled),
        })),
      ),
    ],
  );
  await tx.query(
    `INSERT INTO reviews (room_id, user_id, rating, comment, created_at, updated_at)
      SELECT r.id, u.id, rating, comment, created, created
      FROM jsonb_to_recordset($1::jsonb) AS x (username text, room text, rating integer, comment text, created timestamptz)
      JOIN rooms r ON r.name = x.room JOIN users u ON u.username = x.username ORDER BY created`,
    [JSON.stringify(demoReviews(DEMO_ROOMS, bookings, now).map(({ created, ...rest }) => ({ ...rest, created: at(created) })))],
  );
}

/** Puts demo accounts, rooms, bookings and reviews into an empty database; does nothing in any other. */
export async function seedDemo(database: Database, now = Date.now()): Promise<void> {
  if (!(await isUntouched(database))) return;
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  await database.transaction(async (tx) => {
    await lockFor(tx, "seed");
    if (await isUntouched(tx)) await insertAll(tx, now, passwordHash);
  });
  // Until the planner has looked, it takes the tables for empty.
  await database.query("ANALYZE users, rooms, bookings, reviews");
}

/** Whether an account whose password is public is there. */
export async function hasDemoAccounts(database: Queries): Promise<boolean> {
  const [row] = await database.query<{ there: boolean }>("SELECT EXISTS (SELECT FROM users WHERE demo) AS there");
  return row?.there === true;
}
