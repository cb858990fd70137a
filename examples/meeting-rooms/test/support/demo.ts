/** As the guide prints it at each start. */
export const DEMO_PASSWORD = "open-sesame-demo";

const HOUR = 3_600_000;

/** A time some hours from now, on the hour. */
export const hoursAhead = (hours: number): string => new Date((Math.floor(Date.now() / HOUR) + 1 + hours) * HOUR).toISOString();
