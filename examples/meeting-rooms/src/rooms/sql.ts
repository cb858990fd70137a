import type { Queries } from "../database/database.ts";
import type { NewRoom, Room, RoomChange, RoomQuery } from "./room.ts";

const COLUMNS = "id, name, capacity, location, equipment, is_available, created_at";

/** Rooms in the order of their names. One more than `limit`, if there are more. */
export async function selectRooms(database: Queries, query: RoomQuery): Promise<Room[]> {
  const { capacity, equipment, is_available, free_from, free_to, cursor: [name, id] = [], limit } = query;
  const available = free_from ? true : is_available === undefined ? null : is_available === "true";
  return await database.query<Room>(
    `SELECT ${COLUMNS} FROM rooms r WHERE deleted_at IS NULL AND ($1::integer IS NULL OR capacity >= $1)
      AND ($2::text[] IS NULL OR equipment @> $2) AND ($3::boolean IS NULL OR is_available = $3)
      -- As the table's own constraint reads it, so that its index answers.
      AND ($4::timestamptz IS NULL OR NOT EXISTS (SELECT FROM bookings b
        WHERE b.room_id = r.id AND b.status = 'confirmed' AND tstzrange(b.starts_at, b.ends_at) && tstzrange($4, $5)))
      AND ($6::text IS NULL OR (lower(name), id) > ($6, $7::integer))
    ORDER BY lower(name), id LIMIT $8`,
    [capacity ?? null, equipment ?? null, available, free_from ?? null, free_to ?? null, name ?? null, id ?? null, limit + 1],
  );
}

export async function selectRoom(database: Queries, id: number): Promise<Room | undefined> {
  const [room] = await database.query<Room>(`SELECT ${COLUMNS} FROM rooms WHERE id = $1 AND deleted_at IS NULL`, [id]);
  return room;
}

export async function insertRoom(database: Queries, { name, capacity, location, equipment, is_available }: NewRoom): Promise<Room> {
  const [room] = await database.query<Room>(
    `INSERT INTO rooms (name, capacity, location, equipment, is_available) VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
    [name, capacity, location, equipment, is_available],
  );
  return room as Room;
}

export async function updateRoom(database: Queries, id: number, change: RoomChange): Promise<Room | undefined> {
  const { name, capacity, location, equipment, is_available } = change;
  const [room] = await database.query<Room>(
    `UPDATE rooms SET name = coalesce($2, name), capacity = coalesce($3, capacity), location = coalesce($4, location),
        equipment = coalesce($5, equipment), is_available = coalesce($6, is_available)
      WHERE id = $1 AND deleted_at IS NULL RETURNING ${COLUMNS}`,
    [id, name ?? null, capacity ?? null, location ?? null, equipment ?? null, is_available ?? null],
  );
  return room;
}

/** Marks a room as gone; whether it was there. Whoever books it at this moment waits for that, or was first. */
export async function markRoomDeleted(database: Queries, id: number): Promise<boolean> {
  const rows = await database.query(
    "UPDATE rooms SET deleted_at = now(), is_available = false WHERE id = $1 AND deleted_at IS NULL RETURNING id",
    [id],
  );
  return rows.length > 0;
}

/** Cancels a room's bookings that are not over. */
export async function cancelBookingsOfRoom(database: Queries, id: number, by: string): Promise<void> {
  await database.query(
    `UPDATE bookings SET status = 'cancelled', cancelled_at = now(), cancelled_by = $2
      WHERE room_id = $1 AND status = 'confirmed' AND ends_at > now()`,
    [id, by],
  );
}

interface TakenSpan {
  id: number;
  room_id: number;
  user_id: string | null;
  organiser: string | null;
  title: string;
  starts_at: Date;
  ends_at: Date;
}

/** When a day begins and ends in a time zone. */
export async function boundsOfDay(database: Queries, date: string, timeZone: string): Promise<{ starts_at: Date; ends_at: Date }> {
  const [bounds] = await database.query<{ starts_at: Date; ends_at: Date }>(
    "SELECT $1::date::timestamp AT TIME ZONE $2 AS starts_at, ($1::date + 1)::timestamp AT TIME ZONE $2 AS ends_at",
    [date, timeZone],
  );
  return bounds as { starts_at: Date; ends_at: Date };
}

/** Every room that is there, in the order of their names. */
export async function selectAllRooms(database: Queries): Promise<Room[]> {
  return await database.query<Room>(`SELECT ${COLUMNS} FROM rooms WHERE deleted_at IS NULL ORDER BY lower(name), id`);
}

/** What is booked between two times, in the order of its start. */
export async function selectTaken(database: Queries, { starts_at, ends_at }: { starts_at: Date; ends_at: Date }): Promise<TakenSpan[]> {
  return await database.query<TakenSpan>(
    `SELECT b.id, b.room_id, b.user_id, u.username AS organiser, b.title, b.starts_at, b.ends_at
      FROM bookings b LEFT JOIN users u ON u.id = b.user_id
      -- No booking is longer than 12 hours, which lets the index find where to begin.
      WHERE b.starts_at > $1::timestamptz - interval '12 hours' AND b.starts_at < $2 AND b.ends_at > $1 AND b.status = 'confirmed'
      ORDER BY b.starts_at, b.id`,
    [starts_at, ends_at],
  );
}
