import { zone } from "../times.ts";
import { call, query } from "./call.ts";

export interface Overview {
  users: { total: number; active: number; inactive: number };
  rooms: { total: number; available: number; unavailable: number };
  bookings: { total: number; confirmed: number; cancelled: number; today: number };
  reviews: { total: number; average_rating: number | null };
}

export interface Today {
  total: number;
  over: number;
  in_progress: number;
  to_come: number;
  hours: { hour: number; booking_count: number }[];
}

export interface Frequency {
  total: number;
  frequency: { date: string; total: number; confirmed: number; cancelled: number }[];
}

export interface PeakHours {
  weekdays: { weekday: number; hour: number; booking_count: number }[];
}

export interface Utilization {
  available_hours_per_room: number;
  rooms: { room_id: number; room_name: string; total_hours_booked: number; utilization_percentage: number }[];
}

export interface TopUsers {
  users: { user_id: string; username: string; name: string; booking_count: number }[];
}

export interface Rated {
  room_id: number;
  room_name: string;
  average_rating: number | null;
  review_count: number;
}

export type Period = "daily" | "weekly" | "monthly";

const read = async <Answer>(path: string, values: Record<string, string | number>, signal: AbortSignal): Promise<Answer> =>
  await call<Answer>(`/analytics/${path}${query(values)}`, { signal });

export const readOverview = (signal: AbortSignal): Promise<Overview> => read("dashboard/overview", { timezone: zone }, signal);
export const readToday = (signal: AbortSignal): Promise<Today> => read("bookings/today", { timezone: zone }, signal);
export const readFrequency = (period: Period, days: number, signal: AbortSignal): Promise<Frequency> =>
  read("bookings/frequency", { period, days, timezone: zone }, signal);
export const readPeakHours = (days: number, signal: AbortSignal): Promise<PeakHours> =>
  read("peak-hours", { days, timezone: zone }, signal);
export const readUtilization = (days: number, signal: AbortSignal): Promise<Utilization> =>
  read("rooms/utilization", { days, timezone: zone }, signal);
export const readTopUsers = (days: number, limit: number, signal: AbortSignal): Promise<TopUsers> =>
  read("bookings/by-user", { days, limit, timezone: zone }, signal);

export async function readRatings(signal: AbortSignal): Promise<Rated[]> {
  const { rooms } = await read<{ rooms: Rated[] }>("rooms/ratings", {}, signal);
  return rooms;
}
