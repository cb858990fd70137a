import { z } from "zod";
import { type Booking, booking, bookingQuery } from "../bookings/booking.ts";
import { selectBookings } from "../bookings/sql.ts";
import type { Queries } from "../database/database.ts";
import { columnsOf } from "./columns.ts";
import { type Cell, csvRecord } from "./csv.ts";

const COLUMNS = Object.keys(booking.shape) as (keyof Booking)[];

/** Rows that are read at a time. */
const AT_A_TIME = 1000;

/** Which bookings, as of `GET /bookings`, and which of their columns. */
export const bookingsCsvQuery = z.strictObject({
  ...bookingQuery.pick({ room_id: true, username: true, status: true, from: true, to: true }).shape,
  columns: columnsOf(COLUMNS),
});

const cell = (value: Booking[keyof Booking]): Cell => (value instanceof Date ? value.toISOString() : value);

/**
 * Bookings as CSV in pieces, however many there are: one is read when the one before it has gone out. Bookings may
 * change meanwhile; none is left out or sent twice for that.
 */
export async function* bookingsCsv(database: Queries, { columns, ...filter }: z.output<typeof bookingsCsvQuery>): AsyncGenerator<string> {
  const shown = columns as (keyof Booking)[];
  let cursor: [Date, number] | undefined;
  let header = csvRecord(shown);
  for (;;) {
    const rows = await selectBookings(database, undefined, { ...filter, cursor, limit: AT_A_TIME });
    const piece = rows.slice(0, AT_A_TIME);
    yield header + piece.map((row) => csvRecord(shown.map((column) => cell(row[column])))).join("");
    header = "";
    const last = piece.at(-1);
    if (rows.length <= AT_A_TIME || !last) return;
    cursor = [last.starts_at, last.id];
  }
}
