import type { RoomDay } from "../api/types.ts";
import { dayOf, minutesIn, OPENS } from "../times.ts";

/** Minutes that a booking begins and ends on. */
export const STEP = 15;

/** Minutes that a booking lasts at most. */
const LONGEST = 12 * 60;

const END_OF_DAY = 24 * 60;

/** A stretch of a day, in minutes of it. */
export interface Span {
  from: number;
  to: number;
}

/** A booking that is being made. */
export interface Draft extends Span {
  roomId: number;
  day: string;
  title: string;
  /** `dragged` while the pointer is down; `moving` to a day that is still being read; `taken` when somebody else was first. */
  phase: "dragged" | "open" | "moving" | "saving" | "taken";
  /** What is wrong with it, in words. */
  fault?: string;
}

/** What a room is taken for, in minutes of the day. */
export const takenOf = ({ busy }: RoomDay, day: string): Span[] =>
  busy.map(({ starts_at, ends_at }) => ({ from: minutesIn(day, starts_at), to: minutesIn(day, ends_at) })).sort((a, b) => a.from - b.from);

/** The first minute of a day that can still be booked. */
function earliest(day: string, now: number): number {
  const today = dayOf(now);
  if (day !== today) return day < today ? END_OF_DAY : 0;
  return Math.ceil((minutesIn(day, now) + 1e-9) / STEP) * STEP;
}

/** The stretches in which a room is free, from now on. */
export function gapsOf(room: RoomDay, day: string, now: number): Span[] {
  if (!room.is_available) return [];
  const gaps: Span[] = [];
  let from = earliest(day, now);
  for (const taken of takenOf(room, day)) {
    if (taken.from > from) gaps.push({ from, to: taken.from });
    from = Math.max(from, taken.to);
  }
  if (from < END_OF_DAY) gaps.push({ from, to: END_OF_DAY });
  return gaps.filter(({ from, to }) => to - from >= STEP);
}

/** The free stretch that holds a minute. */
export const gapAt = (gaps: readonly Span[], minute: number): Span | undefined =>
  gaps.find(({ from, to }) => minute >= from && minute < to);

const floor = (minute: number): number => Math.floor(minute / STEP) * STEP;

/** An hour from a minute on, or as much of it as is free. */
export function hourFrom(gap: Span, minute: number): Span {
  const from = Math.max(gap.from, floor(minute));
  return { from, to: Math.min(from + 60, gap.to) };
}

/** From where the pointer went down to where it is, within the gap. */
export function dragged(gap: Span, down: number, minute: number): Span {
  const from = Math.max(gap.from, floor(Math.min(down, minute)));
  const to = Math.min(gap.to, from + LONGEST, Math.ceil(Math.max(down, minute) / STEP) * STEP);
  return { from, to: Math.max(to, from + STEP) };
}

/** With one end moved, as far as the neighbours, the past and twelve hours let it. */
export function resized({ from, to }: Span, gap: Span, end: "from" | "to", minute: number): Span {
  const near = Math.round(minute / STEP) * STEP;
  if (end === "to") return { from, to: Math.max(from + STEP, Math.min(near, gap.to, from + LONGEST)) };
  return { from: Math.min(to - STEP, Math.max(near, gap.from, to - LONGEST)), to };
}

/** The next stretch of the same length that is free. */
export function nextFree(gaps: readonly Span[], { from, to }: Span): Span | undefined {
  const length = to - from;
  const gap = gaps.find((one) => one.to - Math.max(one.from, from) >= length);
  if (!gap) return undefined;
  const begins = Math.max(gap.from, from);
  return { from: begins, to: begins + length };
}

/** A draft that was moved to a day with these gaps: at the same time where that is free, else when it next is. */
export function settled({ fault: _, ...draft }: Draft, gaps: readonly Span[]): Draft {
  const { from, to } = draft;
  const span = nextFree(gaps, { from, to }) ?? nextFree(gaps, { from: OPENS, to: OPENS + to - from }) ?? gaps[0];
  if (!span) return { ...draft, phase: "open", fault: "It is not free on this day. Choose another one." };
  return { ...draft, from: span.from, to: Math.min(span.to, span.from + to - from), phase: "open" };
}

/** Whether a room is free all through a stretch. */
export const isFree = (room: RoomDay, day: string, { from, to }: Span): boolean =>
  room.is_available && takenOf(room, day).every((taken) => taken.to <= from || taken.from >= to);
