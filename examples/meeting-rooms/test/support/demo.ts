/** As the guide prints it at each start. */
export const DEMO_PASSWORD = "open-sesame-demo";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * The hours of the tests begin behind all of the demo's own bookings, which stand in the week to come at hours of
 * the day: nearer by, a test's booking would meet one of them at some times of day. Read once, so that no full hour
 * passes between two looks at it.
 */
const beginning = Math.ceil(Date.now() / DAY) * DAY + 14 * DAY;

/** A time to come, on the hour: so many hours behind a beginning that stays the same. */
export const hoursAhead = (hours: number): string => new Date(beginning + hours * HOUR).toISOString();
