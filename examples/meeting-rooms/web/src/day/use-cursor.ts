import { type KeyboardEvent, useState } from "react";
import type { RoomDay } from "../api/types.ts";
import { CLOSES, clockOf, minutesIn, OPENS } from "../times.ts";
import { gapAt, gapsOf, hourFrom, type Span, takenOf } from "./draft.ts";

/** Minutes that an arrow key moves. */
const STRIDE = 30;

/** The longest that a booking can be made by Shift and an arrow. */
const LONGEST = 12 * 60;

/** Where the keyboard is in the grid. */
export interface Cursor {
  row: number;
  /** What Enter would book; where nothing is free, the half hour that it is at. */
  span: Span;
  isFree: boolean;
  /** All of it in words. */
  label: string;
}

function describe(room: RoomDay, day: string, minute: number, gap: Span | undefined): string {
  const where = `${room.name}, ${clockOf(minute)}`;
  if (!room.is_available) return `${where}, not available for booking`;
  if (gap) return gap.to < 1440 ? `${where}, free until ${clockOf(gap.to)}` : `${where}, free for the rest of the day`;
  const taken = takenOf(room, day).find(({ from, to }) => minute >= from && minute < to);
  return taken ? `${where}, booked until ${clockOf(taken.to)}` : `${where}, past`;
}

const firstAfter = (minute: number): number => Math.ceil(minute / STRIDE) * STRIDE;

const within = (least: number, value: number, most: number): number => Math.max(least, Math.min(most, value));

/** A place in the grid that keys move: arrows by half an hour and by room, with Shift its length, Enter opens what is free. */
export function useCursor({
  rooms,
  day,
  now,
  open,
}: {
  rooms: readonly RoomDay[];
  day: string;
  now: number;
  open(room: RoomDay, span: Span): void;
}): { cursor: Cursor | undefined; onKey(event: KeyboardEvent): void } {
  const present = minutesIn(day, now);
  const [place, setPlace] = useState({ row: 0, minute: within(OPENS, firstAfter(present) || OPENS, CLOSES - STRIDE), length: 0 });
  const row = Math.min(place.row, rooms.length - 1);
  const { minute, length } = place;
  const room = rooms[row];
  const gap = room && gapAt(gapsOf(room, day, now), minute);
  const chosen = gap && (length > 0 ? { from: minute, to: Math.min(gap.to, minute + length) } : hourFrom(gap, minute));

  const toPresent = { minute: firstAfter(present) };
  /** Where each key leads; it is as long as the key says, else an hour or what is free of it. */
  const moves: Readonly<Record<string, Partial<typeof place>>> = {
    ArrowRight: { minute: minute + STRIDE },
    ArrowLeft: { minute: minute - STRIDE },
    ArrowDown: { row: row + 1 },
    ArrowUp: { row: row - 1 },
    "Shift+ArrowRight": { length: (length || 60) + STRIDE },
    "Shift+ArrowLeft": { length: (length || 60) - STRIDE },
    Home: { minute: OPENS },
    End: { minute: CLOSES - STRIDE },
    n: toPresent,
    N: toPresent,
  };

  return {
    cursor: room && {
      row,
      span: chosen ?? { from: minute, to: minute + STRIDE },
      isFree: !!chosen,
      label: describe(room, day, minute, gap),
    },
    onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const next = (event.shiftKey && moves[`Shift+${event.key}`]) || moves[event.key];
      if (next) {
        setPlace({
          row: within(0, next.row ?? row, rooms.length - 1),
          minute: within(OPENS, next.minute ?? minute, CLOSES - STRIDE),
          length: next.length === undefined ? 0 : within(STRIDE, next.length, LONGEST),
        });
      } else if (event.key === "Enter" || event.key === " ") {
        if (room && chosen) open(room, chosen);
      } else return;
      event.preventDefault();
    },
  };
}
