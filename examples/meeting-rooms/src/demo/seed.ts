import { type Database, lockFor, type Queries } from "../database/database.ts";
import { hashPassword } from "../users/passwords.ts";

/** The password of every demo account. It is printed at each start: demo accounts are never made in production. */
export const DEMO_PASSWORD = "open-sesame-demo";

/** The demo accounts. */
export const DEMO_ACCOUNTS = [
  { username: "admin", name: "Demo Administrator", role: "admin" },
  { username: "member", name: "Demo Member", role: "user" },
  { username: "guest", name: "Demo Guest", role: "user" },
] as const;

const ROOMS = [
  {
    name: "Conference Room A",
    capacity: 12,
    location: "First floor, north",
    equipment: ["projector", "whiteboard", "video"],
    is_available: true,
  },
  { name: "Conference Room B", capacity: 8, location: "First floor, south", equipment: ["screen", "whiteboard"], is_available: true },
  { name: "Board Room", capacity: 20, location: "Third floor", equipment: ["projector", "video", "phone"], is_available: true },
  { name: "Focus Room", capacity: 3, location: "Second floor", equipment: ["screen"], is_available: true },
  { name: "Workshop", capacity: 16, location: "Ground floor", equipment: ["whiteboard"], is_available: false },
] as const;

/** Days from today, then hours of the day in UTC. */
const BOOKINGS = [
  { username: "member", room: "Conference Room A", title: "Team planning", day: -1, from: 9, to: 10, status: "confirmed" },
  { username: "member", room: "Conference Room A", title: "Team planning", day: 1, from: 9, to: 10, status: "confirmed" },
  { username: "member", room: "Focus Room", title: "Interview", day: 2, from: 13, to: 14, status: "confirmed" },
  { username: "guest", room: "Conference Room B", title: "Product demo", day: 1, from: 14, to: 16, status: "confirmed" },
  { username: "guest", room: "Conference Room B", title: "Supplier call", day: 3, from: 10, to: 11, status: "cancelled" },
  { username: "admin", room: "Board Room", title: "Quarterly review", day: 7, from: 8, to: 12, status: "confirmed" },
] as const;

const DAY = 86_400_000;
const HOUR = 3_600_000;

async function isUntouched(database: Queries): Promise<boolean> {
  const [row] = await database.query<{ untouched: boolean }>(
    "SELECT NOT EXISTS (SELECT FROM users) AND NOT EXISTS (SELECT FROM rooms) AS untouched",
  );
  return row?.untouched === true;
}

/** Puts demo accounts, rooms and bookings into an empty database; does nothing in any other. */
export async function seedDemo(database: Database, now = Date.now()): Promise<void> {
  if (!(await isUntouched(database))) return;
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  const today = Math.floor(now / DAY) * DAY;
  await database.transaction(async (tx) => {
    await lockFor(tx, "seed");
    if (!(await isUntouched(tx))) return;
    for (const { username, name, role } of DEMO_ACCOUNTS) {
      await tx.query("INSERT INTO users (username, name, email, role, password_hash, demo) VALUES ($1, $2, $3, $4, $5, true)", [
        username,
        name,
        `${username}@example.com`,
        role,
        passwordHash,
      ]);
    }
    for (const { name, capacity, location, equipment, is_available } of ROOMS) {
      await tx.query("INSERT INTO rooms (name, capacity, location, equipment, is_available) VALUES ($1, $2, $3, $4, $5)", [
        name,
        capacity,
        location,
        [...equipment],
        is_available,
      ]);
    }
    for (const { username, room, title, day, from, to, status } of BOOKINGS) {
      await tx.query(
        `INSERT INTO bookings (room_id, user_id, title, starts_at, ends_at, status, cancelled_at, cancelled_by)
          SELECT r.id, u.id, $3, $4, $5, $6::text, CASE WHEN $6 = 'cancelled' THEN now() END, CASE WHEN $6 = 'cancelled' THEN u.id END
          FROM rooms r, users u WHERE r.name = $1 AND u.username = $2`,
        [room, username, title, new Date(today + day * DAY + from * HOUR), new Date(today + day * DAY + to * HOUR), status],
      );
    }
  });
}

/** Whether an account whose password is public is there. */
export async function hasDemoAccounts(database: Queries): Promise<boolean> {
  const [row] = await database.query<{ there: boolean }>("SELECT EXISTS (SELECT FROM users WHERE demo) AS there");
  return row?.there === true;
}
