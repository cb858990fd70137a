import { COMMENTS, type DemoRoom, TITLES } from "./catalogue.ts";
import { type Chance, chance } from "./random.ts";

/** A booking of the demo. People and rooms are named, times are milliseconds since 1970. */
export interface DemoBooking {
  username: string;
  room: string;
  title: string;
  starts: number;
  ends: number;
  created: number;
  cancelled: number | null;
}

/** A review of the demo. */
export interface DemoReview {
  username: string;
  room: string;
  rating: number;
  comment: string | null;
  created: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Days before today and from today on: 90 in all. */
const PAST = 82;
const AHEAD = 8;

/** How much each hour from 8 to 17 is liked to begin at. */
const BEGINNINGS = [0.5, 0.9, 1, 0.8, 0.35, 0.55, 0.95, 0.8, 0.5, 0.2];

/** Half-hours that a meeting lasts, and how often. */
const LENGTHS = [
  { halfHours: 1, weight: 0.25 },
  { halfHours: 2, weight: 0.45 },
  { halfHours: 3, weight: 0.15 },
  { halfHours: 4, weight: 0.15 },
] as const;

/** What the stories of the demo begin with: days from today, then hours of the day in UTC. */
const FIXED = [
  { username: "member", room: "Conference Room A", title: "Team planning", day: -1, from: 9, to: 10, cancelled: false },
  { username: "member", room: "Conference Room A", title: "Team planning", day: 1, from: 9, to: 10, cancelled: false },
  { username: "member", room: "Focus Room", title: "Interview", day: 2, from: 13, to: 14, cancelled: false },
  { username: "guest", room: "Conference Room B", title: "Product demo", day: 1, from: 14, to: 16, cancelled: false },
  { username: "guest", room: "Conference Room B", title: "Supplier call", day: 3, from: 10, to: 11, cancelled: true },
  { username: "admin", room: "Board Room", title: "Quarterly review", day: 7, from: 8, to: 12, cancelled: false },
] as const;

function dayOfRoom(random: Chance, { name, draw }: DemoRoom, midnight: number, usernames: readonly string[], now: number): DemoBooking[] {
  const weekend = [0, 6].includes(new Date(midnight).getUTCDay());
  const wanted = Math.round((weekend ? 0.6 : 5) * draw + random.next() * 1.5 - 0.5);
  const made: DemoBooking[] = [];
  for (let n = 0; n < wanted; n += 1) {
    const hour = 8 + BEGINNINGS.indexOf(random.pick(BEGINNINGS, (weight) => weight));
    const starts = midnight + hour * HOUR + (random.happens(0.3) ? HOUR / 2 : 0);
    const ends = starts + (random.pick(LENGTHS, ({ weight }) => weight).halfHours * HOUR) / 2;
    const organiser = random.pick(usernames, (_, index) => 1 / (index / 12 + 1));
    const created = Math.min(starts - (1 + random.whole(240)) * HOUR, now - random.whole(72) * HOUR);
    const cancelled = random.happens(0.055) ? Math.min(created + random.next() * Math.max(starts - created, HOUR), now) : null;
    made.push({ username: organiser, room: name, title: random.pick(TITLES), starts, ends, created, cancelled });
  }
  return made;
}

/** 90 days of bookings: the same on the same day, and no two that are held in one room at once. */
export function demoBookings(rooms: readonly DemoRoom[], usernames: readonly string[], now: number): DemoBooking[] {
  const random = chance(20_301);
  const today = Math.floor(now / DAY) * DAY;
  const bookings: DemoBooking[] = FIXED.map(({ day, from, to, cancelled, ...rest }) => ({
    ...rest,
    starts: today + day * DAY + from * HOUR,
    ends: today + day * DAY + to * HOUR,
    created: Math.min(now, today + day * DAY) - DAY,
    cancelled: cancelled ? now : null,
  }));
  const held = Map.groupBy(
    bookings.filter(({ cancelled }) => cancelled === null),
    ({ room }) => room,
  );
  for (let day = -PAST; day < AHEAD; day += 1) {
    for (const room of rooms) {
      if (!room.is_available && day >= 0) continue;
      const taken = held.get(room.name) ?? [];
      held.set(room.name, taken);
      for (const booking of dayOfRoom(random, room, today + day * DAY, usernames, now)) {
        if (booking.cancelled === null) {
          if (taken.some(({ starts, ends }) => starts < booking.ends && booking.starts < ends)) continue;
          taken.push(booking);
        }
        bookings.push(booking);
      }
    }
  }
  return bookings;
}

/** What those think who have been there: one review at most for each user and room. */
export function demoReviews(rooms: readonly DemoRoom[], bookings: readonly DemoBooking[], now: number): DemoReview[] {
  const random = chance(20_302);
  const drawOf = new Map(rooms.map(({ name, draw }) => [name, draw]));
  const seen = new Set<string>();
  const reviews: DemoReview[] = [];
  for (const { username, room, ends, cancelled } of bookings) {
    const pair = `${username}\n${room}`;
    if (cancelled !== null || ends >= now || seen.has(pair)) continue;
    if (!random.happens(0.35)) continue;
    seen.add(pair);
    const liking = 2.9 + 1.9 * (drawOf.get(room) ?? 0.5) + (random.next() + random.next() - 1) * 1.6;
    const rating = Math.max(1, Math.min(5, Math.round(liking)));
    const comment = random.happens(0.6) ? random.pick(COMMENTS[rating - 1] ?? []) : null;
    reviews.push({ username, room, rating, comment, created: Math.min(now, ends + random.whole(48) * HOUR) });
  }
  return reviews;
}
