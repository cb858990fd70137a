import { randomUUID } from "node:crypto";
import type { Database, Transaction } from "../database/database.ts";
import { StartError } from "../start-error.ts";
import { hashPassword } from "../users/passwords.ts";
import { type DeferredIndexes, deferIndexes } from "./deferred-indexes.ts";

/** How much of everything. */
export interface Volume {
  bookings: number;
  rooms: number;
  users: number;
}

/** Is told how far it is, from 0 to 1, and what is being done. */
export type Progress = (part: number, doing: string) => void;

/** Days to come that have bookings. */
const AHEAD = 14;

const ROOMS = `
  INSERT INTO rooms (name, capacity, location, equipment)
  SELECT 'Room ' || to_char(n, 'FM0000'), 2 + n % 19, 'Floor ' || 1 + n / 20, ARRAY['screen'] FROM generate_series(1, $1::integer) AS n
  RETURNING id`;

/** With a password that nobody knows. */
const USERS = `
  INSERT INTO users (username, name, email, role, password_hash)
  SELECT 'person' || n, 'Person ' || n, 'person' || n || '@example.com', 'user', $2 FROM generate_series(1, $1::integer) AS n
  RETURNING id`;

/**
 * One day's bookings. A day has ten slots of an hour from 08:00 UTC; chance, which is a hash and so always the same,
 * takes some, more of them around 10 and 14 and in the rooms with low numbers. A meeting of two hours needs an even slot,
 * and the one after it stays free. Few users book much.
 */
const DAY = `
  INSERT INTO bookings (room_id, user_id, title, starts_at, ends_at, status, created_at, cancelled_at, cancelled_by)
  SELECT room, who, 'Meeting ' || (h & 1023), starts, starts + length, CASE WHEN cancelled THEN 'cancelled' ELSE 'confirmed' END,
    least(now(), starts - interval '1 hour' * (1 + (h >> 40 & 255))),
    CASE WHEN cancelled THEN least(now(), starts - interval '1 hour') END, CASE WHEN cancelled THEN who END
  FROM unnest($2::integer[]) WITH ORDINALITY AS r (room, nth), generate_series(0, 9) AS slot,
    LATERAL (SELECT hashtextextended($1::date || '/' || nth || '/' || slot, 7) & 9223372036854775807 AS h,
      hashtextextended($1::date || '/' || nth || '/' || slot - 1, 7) & 9223372036854775807 AS before) chance,
    LATERAL (
      SELECT $1::date + interval '1 hour' * (8 + slot) AS starts,
        CASE WHEN slot % 2 = 0 AND (h >> 8 & 7) = 0 THEN interval '2 hours' WHEN (h >> 8 & 7) < 4 THEN interval '30 minutes' ELSE interval '1 hour' END AS length,
        ($3::uuid[])[1 + floor(power((h >> 16 & 65535) / 65536.0, 2) * cardinality($3))::integer] AS who,
        (h >> 32 & 63) < 4 AS cancelled
    ) made
  WHERE (h & 255) < 100 + (ARRAY[0, 40, 70, 50, 10, 20, 60, 50, 20, -30])[slot + 1] + 60 * (1 - nth * 2.0 / cardinality($2))
    AND NOT (slot % 2 = 1 AND (before >> 8 & 7) = 0)
  ORDER BY starts LIMIT $4
  RETURNING 1`;

/** A tenth of the users with the rooms they have been in, each once. */
const REVIEWS = `
  INSERT INTO reviews (room_id, user_id, rating, comment, created_at, updated_at)
  SELECT room_id, user_id, 1 + least(4, (hashtext(user_id::text || room_id) & 7)), NULL, starts_at, starts_at
  FROM (SELECT DISTINCT ON (room_id, user_id) room_id, user_id, starts_at FROM bookings WHERE ends_at < now() AND id % 4 = 0) past`;

async function fill(tx: Transaction, { bookings, rooms, users }: Volume, now: number, told: (made: number) => void): Promise<void> {
  const roomIds = (await tx.query<{ id: number }>(ROOMS, [rooms])).map(({ id }) => id);
  const userIds = (await tx.query<{ id: string }>(USERS, [users, await hashPassword(randomUUID())])).map(({ id }) => id);
  let made = 0;
  for (let ahead = AHEAD; made < bookings; ahead -= 1) {
    const day = new Date(now + ahead * 86_400_000);
    if ([0, 6].includes(day.getUTCDay())) continue;
    made += (await tx.query(DAY, [day.toISOString().slice(0, 10), roomIds, userIds, bookings - made])).length;
    told(made);
  }
  await tx.query(REVIEWS);
}

/** About how the time divides: up to here the rows, then the exclusion constraint, then the other indexes. */
const ROWS = 0.25;
const EXCLUSION = 0.95;

/** Milliseconds that a row costs the exclusion constraint, about. PostgreSQL does not tell how far it is. */
const ROW_MS = 0.06;

/** Milliseconds between two looks at the clock. */
const LOOK = 500;

async function buildAgain(indexes: DeferredIndexes, rows: number, progress: Progress): Promise<void> {
  const each = (0.98 - EXCLUSION) / (indexes.names.length - 1);
  let at = { name: "", from: ROWS, to: ROWS, began: 0 };
  // By the clock, and ever slower, so that it is not there too soon.
  const tell = (): void => {
    const took = performance.now() - at.began;
    progress(at.from + (at.to - at.from) * (1 - Math.exp((-2 * took) / (rows * ROW_MS))), `building ${at.name}`);
  };
  const look = setInterval(tell, LOOK);
  try {
    await indexes.restore((name) => {
      const to = at.to + (name === "bookings_overlap" ? EXCLUSION - ROWS : each);
      at = { name, from: at.to, to, began: performance.now() };
      tell();
    });
  } finally {
    clearInterval(look);
  }
}

/**
 * Fills a database with bookings, from two weeks to come backwards until there are enough, and with a review for
 * about a fifth of them. Indexes and constraints are put off until the rows are there. All of it happens or none.
 * It takes one transaction, and `vacuum analyze` after it.
 *
 * @throws StartError when the database has bookings already
 */
export async function seedVolume(
  database: Database,
  volume: Volume,
  { now = Date.now(), progress = () => undefined }: { now?: number; progress?: Progress } = {},
): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.script("SET LOCAL statement_timeout = 0; SET LOCAL maintenance_work_mem = '256MB'");
    const [row] = await tx.query<{ there: boolean }>("SELECT EXISTS (SELECT FROM bookings) AS there");
    if (row?.there) throw new StartError("The database has bookings already. Give DATABASE_URL one that has none.");
    const indexes = await deferIndexes(tx, ["bookings", "reviews"]);
    await fill(tx, volume, now, (made) => progress((made / volume.bookings) * ROWS, `${made} of ${volume.bookings} bookings`));
    await buildAgain(indexes, volume.bookings, progress);
  });
  progress(0.98, "vacuum analyze");
  await database.query("VACUUM (ANALYZE)");
  progress(1, "done");
}
