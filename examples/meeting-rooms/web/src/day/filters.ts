import type { RoomDay } from "../api/types.ts";
import { isFree, type Span } from "./draft.ts";

/** Which rooms are shown. */
export interface Filters {
  name: string;
  seats: number;
  equipment: readonly string[];
  free: Span | undefined;
}

/** What takes every filter out of the address. */
export const ALL_ROOMS = { q: undefined, seats: undefined, with: undefined, from: undefined, to: undefined } as const;

const minutesOf = (text: string | null): number | undefined => {
  const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(text ?? "") ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
};

/** The filters as the address has them. */
export function filtersOf(query: URLSearchParams): Filters {
  const from = minutesOf(query.get("from"));
  const to = minutesOf(query.get("to"));
  return {
    name: query.get("q") ?? "",
    seats: Number(query.get("seats")) || 0,
    equipment: query.get("with")?.split(",") ?? [],
    free: from !== undefined && to !== undefined && from < to ? { from, to } : undefined,
  };
}

/** Whether anything is filtered at all. */
export const isFiltered = ({ name, seats, equipment, free }: Filters): boolean =>
  name !== "" || seats > 0 || equipment.length > 0 || !!free;

/** Whether a room is as it is asked for on a day. */
export const fits = (room: RoomDay, day: string, { name, seats, equipment, free }: Filters): boolean =>
  `${room.name} ${room.location}`.toLowerCase().includes(name.trim().toLowerCase()) &&
  room.capacity >= seats &&
  equipment.every((one) => room.equipment.includes(one)) &&
  (!free || isFree(room, day, free));

/** What rooms have, the most common first. */
export function commonEquipment(rooms: readonly RoomDay[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const name of rooms.flatMap(({ equipment }) => equipment)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([a, many], [b, few]) => few - many || a.localeCompare(b))
    .map(([name]) => name)
    .slice(0, most);
}
