import type { Database, Queries } from "../database/database.ts";
import { Problem } from "../http/problem.ts";
import { refusing } from "../http/refusal.ts";
import type { Caller } from "../tokens/authenticate.ts";
import type { BusySpan, Day, NewRoom, Room, RoomChange } from "./room.ts";
import {
  boundsOfDay,
  cancelBookingsOfRoom,
  insertRoom,
  markRoomDeleted,
  selectAllRooms,
  selectRoom,
  selectTaken,
  updateRoom,
} from "./sql.ts";

const REFUSALS = { rooms_name: "room_name_taken" } as const;

/**
 * A room.
 *
 * @throws Problem `room_not_found`
 */
export async function findRoom(database: Queries, id: number | undefined): Promise<Room> {
  const room = id === undefined ? undefined : await selectRoom(database, id);
  if (!room) throw new Problem("room_not_found");
  return room;
}

/**
 * Adds a room.
 *
 * @throws Problem `room_name_taken`
 */
export async function addRoom(database: Queries, room: NewRoom): Promise<Room> {
  return await refusing(REFUSALS, () => insertRoom(database, room));
}

/**
 * Changes a room. Bookings that are there stay, also when it is not available any more.
 *
 * @throws Problem `room_not_found`, or `room_name_taken`
 */
export async function changeRoom(database: Queries, id: number | undefined, change: RoomChange): Promise<Room> {
  const room = id === undefined ? undefined : await refusing(REFUSALS, () => updateRoom(database, id, change));
  if (!room) throw new Problem("room_not_found");
  return room;
}

/**
 * Deletes a room, and cancels its bookings to come. What has been stays, for the figures.
 *
 * @throws Problem `room_not_found`
 */
export async function deleteRoom(database: Database, { id: by }: Caller, id: number): Promise<void> {
  await database.transaction(async (tx) => {
    if (!(await markRoomDeleted(tx, id))) throw new Problem("room_not_found");
    await cancelBookingsOfRoom(tx, id, by);
  });
}

/** Each room with the times at which it is taken on a day. What it is and whose, administrators and that user alone are told. */
export async function dayOf(
  database: Queries,
  { id: callerId, role }: Caller,
  { date, time_zone }: Pick<Day, "date" | "time_zone">,
): Promise<Day> {
  const bounds = await boundsOfDay(database, date, time_zone);
  const [rooms, taken] = await Promise.all([selectAllRooms(database), selectTaken(database, bounds)]);
  const busy = Map.groupBy(taken, ({ room_id }) => room_id);
  const spanOf = ({ id, user_id, organiser, title, starts_at, ends_at }: (typeof taken)[number]): BusySpan => {
    const own = user_id === callerId;
    return { starts_at, ends_at, own, ...(own || role === "admin" ? { booking_id: id, title, organiser } : {}) };
  };
  return { date, time_zone, ...bounds, rooms: rooms.map((room) => ({ ...room, busy: (busy.get(room.id) ?? []).map(spanOf) })) };
}
