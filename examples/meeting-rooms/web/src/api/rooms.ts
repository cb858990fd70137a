import { zone } from "../times.ts";
import { all, call, query } from "./call.ts";
import type { Booking, Review, Room, RoomDay } from "./types.ts";

/** Every room with what it is taken for on a day, given as `2026-05-14`, in the browser's zone. */
export async function readDay(date: string, signal: AbortSignal): Promise<RoomDay[]> {
  const { rooms } = await call<{ rooms: RoomDay[] }>(`/rooms/day${query({ date, time_zone: zone })}`, {
    signal,
  });
  return rooms;
}

/** Every room. */
export const readRooms = (signal: AbortSignal): Promise<Room[]> => all("/rooms", {}, signal);

export const readRoom = (id: number, signal: AbortSignal): Promise<Room> => call(`/rooms/${id}`, { signal });

export const readReviews = (room: number, signal: AbortSignal): Promise<Review[]> => all("/reviews", { room_id: room }, signal);

/** What is asked of a room. */
export interface NewBooking {
  room_id: number;
  title: string;
  starts_at: string;
  ends_at: string;
}

export const book = (body: NewBooking): Promise<Booking> => call("/bookings", { method: "POST", body });
