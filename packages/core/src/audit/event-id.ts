import { randomBytes } from "node:crypto";
import { randomText } from "../internal/random.ts";

/** The last moment that a UUID of version 7 can bear, and the first. */
const bounded = (at: number): number => Math.min(Math.max(0, at), 2 ** 48 - 1);

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

const timeOf = (at: number): string => {
  const text = hex(bounded(at), 12);
  return `${text.slice(0, 8)}-${text.slice(8)}`;
};

/** Counts on through all events of the process, so that those of one millisecond keep their order (RFC 9562 §6.2, method 1). */
let counter = randomBytes(4).readUInt32BE() >>> 8;

/**
 * The id of an event: a UUID of version 7 (RFC 9562 §5.7), 48 bits of time, 26 that count, 48 of chance. Ids are in the
 * order of time, so a database's index of them grows at its end, and is the log's index by time.
 */
export function eventId(at: number): string {
  counter = (counter + 1) & 0x3ffffff;
  return `${timeOf(at)}-7${hex(counter >>> 14, 3)}-${hex(0x8000 | (counter & 0x3fff), 4)}-${randomText(6, "hex")}`;
}

/** Sorts before every id of this moment and behind every one before it. */
export const idFrom = (at: number): string => timeOf(at);

/** Sorts behind every id. */
export const BEHIND_ALL_IDS = "g";
