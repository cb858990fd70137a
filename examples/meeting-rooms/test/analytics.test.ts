import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { DEMO_PASSWORD } from "./support/demo.ts";
import { call, tokenOf } from "./support/http.ts";
import { freshServer } from "./support/server.ts";
import { endAll, type Started, startSystem } from "./support/system.ts";

const DAY = 86_400_000;

interface Booking {
  room_id: number;
  user_id: string | null;
  starts_at: Date;
  ends_at: Date;
  status: string;
}

interface Review {
  room_id: number;
  user_id: string;
  rating: number;
  created_at: Date;
}

interface Facts {
  bookings: Booking[];
  reviews: Review[];
  rooms: { id: number; name: string; is_available: boolean }[];
  users: { id: string; username: string; role: string; is_active: boolean }[];
}

let system: Started;
let admin: string;
/** Everything there is, to work the figures out from by other means than the service's. */
let facts: Facts;

const ask = async (path: string, token: string = admin) => await call("GET", `${system.analytics}/analytics/${path}`, { token });

/** Reads a figure; a midnight that passes meanwhile makes both ways of working it out look at another day, so both are done again. */
async function figure(path: string, expected: () => unknown): Promise<void> {
  await vi.waitFor(async () => {
    const before = expected();
    const { status, body } = await ask(path);
    expect({ status, body }).toEqual({ status: 200, body: before });
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  formats.set(zone, format);
  return format;
}

/** A moment's date and hour in a time zone, as Node's own calendar has it. */
function local(at: Date, zone: string): { date: string; hour: number; weekday: number } {
  const [date = "", time = ""] = formatOf(zone).format(at).split(" ");
  return { date, hour: Number(time.slice(0, 2)), weekday: new Date(`${date}T12:00:00Z`).getUTCDay() || 7 };
}

/** The dates of a period of days, today last. */
function datesOf(days: number, zone: string): string[] {
  const today = Date.parse(`${local(new Date(), zone).date}T12:00:00Z`);
  return Array.from({ length: days }, (_, index) => new Date(today - (days - 1 - index) * DAY).toISOString().slice(0, 10));
}

const within = (days: number, zone = "UTC"): Booking[] => {
  const dates = new Set(datesOf(days, zone));
  return facts.bookings.filter(({ starts_at }) => dates.has(local(starts_at, zone).date));
};

const held = (days: number, zone?: string): Booking[] => within(days, zone).filter(({ status }) => status === "confirmed");

const round2 = (value: number): number => Math.round((value + Number.EPSILON) * 100) / 100;

function countBy<Row>(rows: readonly Row[], key: (row: Row) => string | number): Map<string | number, number> {
  const counts = new Map<string | number, number>();
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
  return counts;
}

beforeAll(async () => {
  const server = await freshServer();
  system = await startSystem({ env: server });
  admin = await tokenOf(system.users, "admin", DEMO_PASSWORD);
  const client = new Client({ connectionString: server.DATABASE_URL });
  await client.connect();
  const all = async <Row>(table: string): Promise<Row[]> => (await client.query(`SELECT * FROM ${table}`)).rows as Row[];
  // One room is gone, and one user's bookings are nobody's: neither may be counted as if nothing had happened.
  await client.query("UPDATE rooms SET deleted_at = now() WHERE id = 3");
  await client.query("UPDATE bookings SET user_id = NULL WHERE user_id = (SELECT id FROM users WHERE username = 'guest')");
  facts = { bookings: await all("bookings"), reviews: await all("reviews"), rooms: await all("rooms"), users: await all("users") };
  facts.rooms = facts.rooms.filter(({ id }) => id !== 3);
  await client.end();
});
afterAll(endAll);

test("the overview counts everything there is", async () => {
  await figure("dashboard/overview", () => {
    const { users, rooms, bookings, reviews } = facts;
    const confirmed = bookings.filter(({ status }) => status === "confirmed").length;
    const active = users.filter(({ is_active }) => is_active).length;
    const available = rooms.filter(({ is_available }) => is_available).length;
    return {
      users: { total: users.length, active, inactive: users.length - active },
      rooms: { total: rooms.length, available, unavailable: rooms.length - available },
      bookings: { total: bookings.length, confirmed, cancelled: bookings.length - confirmed, today: held(1).length },
      reviews: { total: reviews.length, average_rating: round2(reviews.reduce((sum, { rating }) => sum + rating, 0) / reviews.length) },
    };
  });
});

describe("frequency", () => {
  const counted = (rows: readonly Booking[]) => {
    const confirmed = rows.filter(({ status }) => status === "confirmed").length;
    return { total: rows.length, confirmed, cancelled: rows.length - confirmed };
  };

  const stretches = (days: number, zone: string, begins: (date: string) => string) => {
    const found = Map.groupBy(within(days, zone), ({ starts_at }) => begins(local(starts_at, zone).date));
    return [...new Set(datesOf(days, zone).map(begins))].map((date) => ({ date, ...counted(found.get(date) ?? []) }));
  };

  test.each([
    ["UTC", 30],
    ["Pacific/Auckland", 12],
    ["America/St_Johns", 90],
  ])("by the day, in %s", async (zone, days) => {
    await figure(`bookings/frequency?days=${days}&timezone=${zone}`, () => ({
      period: "daily",
      period_days: days,
      timezone: zone,
      total: within(days, zone).length,
      frequency: stretches(days, zone, (date) => date),
    }));
  });

  const weekOf = (date: string): string => {
    const noon = new Date(`${date}T12:00:00Z`);
    return new Date(noon.getTime() - ((noon.getUTCDay() + 6) % 7) * DAY).toISOString().slice(0, 10);
  };

  test.each([
    ["weekly", weekOf],
    ["monthly", (date: string) => `${date.slice(0, 8)}01`],
  ])("%s, and the first stretch begins with the period", async (period, begins) => {
    const zone = "Europe/Berlin";
    await figure(`bookings/frequency?period=${period}&days=45&timezone=${zone}`, () => ({
      period,
      period_days: 45,
      timezone: zone,
      total: within(45, zone).length,
      frequency: stretches(45, zone, begins),
    }));
  });
});

test("bookings by room: every room there is, the busiest first", async () => {
  await figure("bookings/by-room?days=60", () => {
    const counts = countBy(held(60), ({ room_id }) => room_id);
    const rooms = facts.rooms.map(({ id, name }) => ({ room_id: id, room_name: name, booking_count: counts.get(id) ?? 0 }));
    return { period_days: 60, rooms: rooms.sort((a, b) => b.booking_count - a.booking_count || a.room_id - b.room_id) };
  });
});

test("bookings by user: the first of them, and nobody's are left out", async () => {
  const { body } = await ask("bookings/by-user?days=90&limit=7");
  const counts = countBy(
    held(90).filter(({ user_id }) => user_id !== null),
    ({ user_id }) => user_id ?? "",
  );
  const most = [...counts.values()].sort((a, b) => b - a).slice(0, 7);
  expect(body.period_days).toBe(90);
  expect(body.users.map((user: { booking_count: number }) => user.booking_count)).toEqual(most);
  for (const { user_id, username, booking_count } of body.users) {
    expect(counts.get(user_id)).toBe(booking_count);
    expect(facts.users.find(({ id }) => id === user_id)?.username).toBe(username);
  }
});

test("ratings: the best room first", async () => {
  await figure("rooms/ratings", () => {
    const rooms = facts.rooms.map(({ id, name }) => {
      const given = facts.reviews.filter(({ room_id }) => room_id === id).map(({ rating }) => rating);
      const average = given.reduce((sum, rating) => sum + rating, 0) / given.length;
      return { room_id: id, room_name: name, average, review_count: given.length };
    });
    rooms.sort((a, b) => (b.average || 0) - (a.average || 0) || a.room_id - b.room_id);
    return { rooms: rooms.map(({ average, ...room }) => ({ ...room, average_rating: Number.isNaN(average) ? null : round2(average) })) };
  });
});

test("utilization: hours booked of eight a day", async () => {
  await figure("rooms/utilization?days=30", () => {
    const booked = held(30);
    const rooms = facts.rooms.map(({ id, name }) => {
      const own = booked.filter(({ room_id }) => room_id === id);
      const hours = own.reduce((sum, { starts_at, ends_at }) => sum + (ends_at.getTime() - starts_at.getTime()) / 3_600_000, 0);
      return {
        room_id: id,
        room_name: name,
        booking_count: own.length,
        total_hours_booked: hours,
        utilization_percentage: round2(hours / 2.4),
      };
    });
    rooms.sort((a, b) => b.total_hours_booked - a.total_hours_booked || a.room_id - b.room_id);
    return { period_days: 30, available_hours_per_room: 240, rooms };
  });
});

test("activity: who is there, and who did what", async () => {
  await figure("users/activity?days=14", () => {
    const booked = new Set(held(14).map(({ user_id }) => user_id));
    const dates = new Set(datesOf(14, "UTC"));
    const reviewed = new Set(
      facts.reviews.filter(({ created_at }) => dates.has(local(created_at, "UTC").date)).map(({ user_id }) => user_id),
    );
    const rows = facts.users as (Facts["users"][number] & { created_at: Date })[];
    const numbers = (of: typeof rows) => {
      const count = (test: (user: (typeof rows)[number]) => boolean): number => of.filter(test).length;
      return {
        total: of.length,
        active: count(({ is_active }) => is_active),
        inactive: count(({ is_active }) => !is_active),
        joined: count(({ created_at }) => dates.has(local(created_at, "UTC").date)),
        booked: count(({ id }) => booked.has(id)),
        reviewed: count(({ id }) => reviewed.has(id)),
      };
    };
    const roles = ["admin", "user"].map((role) => ({ role, ...numbers(rows.filter((user) => user.role === role)) }));
    return { period_days: 14, users: numbers(rows), roles };
  });
});

test("trends: each month by itself, in the time zone", async () => {
  const zone = "Asia/Kolkata";
  await figure(`trends/monthly?months=4&timezone=${zone}`, () => {
    const [year = 0, month = 0] = local(new Date(), zone).date.split("-").map(Number);
    const names = [3, 2, 1, 0].map((ago) => new Date(Date.UTC(year, month - 1 - ago, 15)).toISOString().slice(0, 7));
    const trends = names.map((name) => {
      const made = facts.bookings.filter(({ starts_at }) => local(starts_at, zone).date.startsWith(name));
      const given = facts.reviews.filter(({ created_at }) => local(created_at, zone).date.startsWith(name)).map(({ rating }) => rating);
      const confirmed = made.filter(({ status }) => status === "confirmed").length;
      const average = given.reduce((sum, rating) => sum + rating, 0) / given.length;
      return {
        month: name,
        bookings: made.length,
        confirmed,
        cancelled: made.length - confirmed,
        reviews: given.length,
        average_rating: given.length === 0 ? null : round2(average),
      };
    });
    return { period_months: 4, trends };
  });
});

test("peak hours: by weekday and hour, in the time zone", async () => {
  const zone = "America/New_York";
  await figure(`peak-hours?days=30&timezone=${zone}`, () => {
    const rows = held(30, zone).map(({ starts_at }) => local(starts_at, zone));
    const hours = Array.from({ length: 24 }, (_, hour) => ({ hour, booking_count: rows.filter((one) => one.hour === hour).length }));
    const most = Math.max(...hours.map(({ booking_count }) => booking_count));
    const cells = countBy(rows, ({ weekday, hour }) => weekday * 100 + hour);
    const weekdays = [...cells]
      .map(([cell, count]) => ({ weekday: Math.floor(Number(cell) / 100), hour: Number(cell) % 100, booking_count: count }))
      .sort((a, b) => a.weekday - b.weekday || a.hour - b.hour);
    const peak = hours.find(({ booking_count }) => booking_count === most);
    return { period_days: 30, timezone: zone, peak_hour: peak?.hour, hours, weekdays };
  });
});

test("today by hour adds up to the overview's today", async () => {
  const { body } = await ask("bookings/today");
  expect(body.total).toBe(held(1).length);
  expect(body.over + body.in_progress + body.to_come).toBe(body.total);
  const bookings = held(1);
  expect(body.hours).toEqual(
    Array.from({ length: 24 }, (_, hour) => ({
      hour,
      booking_count: bookings.filter(({ starts_at }) => starts_at.getUTCHours() === hour).length,
    })),
  );
});
