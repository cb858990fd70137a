import type { Logger } from "pino";
import { Gauge, type Registry } from "prom-client";
import type { Queries } from "../database/database.ts";
import { timezone } from "../http/values.ts";
import { period } from "./period.ts";
import { readReport } from "./report.ts";
import { activity } from "./reports/activity.ts";
import { peakHours } from "./reports/hours.ts";
import { overview } from "./reports/overview.ts";
import { utilization } from "./reports/rooms.ts";
import { sharedAnswers } from "./shared-answers.ts";

/** Seconds for which figures are good: however often and by however many it is scraped, the database is asked no more often. */
const GOOD_FOR = 15;

/** Rooms that have series of their own, the most used ones. */
const MOST_ROOMS = 500;

/** The rest. */
const OTHER_ROOMS = "(other)";

type Series = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

/** Rooms by name, the rest taken together by `merge`. */
function byRoom<Row extends { room_name: string }>(
  rooms: readonly Row[],
  value: (row: Row) => number,
  merge: (values: number[]) => number,
): Series {
  const shown = rooms.slice(0, MOST_ROOMS).map((room) => [{ room: room.room_name }, value(room)] as const);
  const rest = rooms.slice(MOST_ROOMS).map(value);
  return rest.length === 0 ? shown : [...shown, [{ room: OTHER_ROOMS }, merge(rest)]];
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
const average = (values: readonly number[]): number => sum(values) / values.length;

/** The series of every gauge, from the same reports that admins see. */
async function readSeries(database: Queries): Promise<Readonly<Record<string, Series>>> {
  const now = new Date();
  const window = period.parse({});
  const all = await readReport(database, overview, { timezone: timezone.parse(undefined) }, now);
  const used = await readReport(database, utilization, window, now);
  const { roles } = await readReport(database, activity, window, now);
  const { hours } = await readReport(database, peakHours, window, now);
  const open = new Set(
    (await database.query<{ name: string }>("SELECT name FROM rooms WHERE is_available AND deleted_at IS NULL")).map(({ name }) => name),
  );
  return {
    bookings: [
      [{ status: "confirmed" }, all.bookings.confirmed],
      [{ status: "cancelled" }, all.bookings.cancelled],
    ],
    room_bookings: byRoom(used.rooms, ({ booking_count }) => booking_count, sum),
    // A room that can't be booked is not little used.
    rooms_utilization_ratio: byRoom(
      used.rooms.filter(({ room_name }) => open.has(room_name)),
      ({ utilization_percentage }) => utilization_percentage / 100,
      average,
    ),
    reviews_average_rating: all.reviews.average_rating === null ? [] : [[{}, all.reviews.average_rating]],
    users_active: roles.map(({ role, active }) => [{ role }, active] as const),
    bookings_by_hour: hours.map(({ hour, booking_count }) => [{ hour: String(hour).padStart(2, "0") }, booking_count] as const),
  };
}

const GAUGES = [
  ["bookings", "Bookings that there are, by status.", ["status"]],
  ["room_bookings", "Bookings of each room in the last 30 days, cancelled ones left out.", ["room"]],
  [
    "rooms_utilization_ratio",
    "Share of the working hours of the last 30 days for which each room that can be booked was booked.",
    ["room"],
  ],
  ["reviews_average_rating", "Average of all ratings, 1 to 5.", []],
  ["users_active", "Accounts that are not switched off, by role.", ["role"]],
  ["bookings_by_hour", "Bookings of the last 30 days by the hour (UTC) at which they begin.", ["hour"]],
] as const;

/** Adds the business gauges to a registry. While the database does not answer they are absent, and the other metrics stay. */
export function addBusinessMetrics(database: Queries, register: Registry, log: Logger): void {
  const series = sharedAnswers({ seconds: GOOD_FOR });
  const read = (): Promise<Readonly<Record<string, Series>>> =>
    series.of("series", () =>
      readSeries(database).catch((error: unknown) => {
        log.error({ err: error }, "the business metrics could not be read");
        return {};
      }),
    );
  for (const [name, help, labelNames] of GAUGES) {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [register],
      async collect() {
        const found = (await read())[name] ?? [];
        this.reset();
        // Without labels, reset() leaves a zero: no reviews are no average of 0.
        if (labelNames.length === 0 && found.length === 0) this.remove();
        for (const [labels, value] of found) this.set(labels, value);
      },
    });
  }
}
