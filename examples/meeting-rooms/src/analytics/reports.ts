import type { Report } from "./report.ts";
import { activity } from "./reports/activity.ts";
import { byRoom, byUser } from "./reports/bookings-by.ts";
import { frequency } from "./reports/frequency.ts";
import { peakHours, today } from "./reports/hours.ts";
import { overview } from "./reports/overview.ts";
import { ratings, utilization } from "./reports/rooms.ts";
import { trends } from "./reports/trends.ts";

/** Every report there is: each has a route, and is to be had as CSV. */
export const reports: readonly Report[] = [overview, frequency, today, byRoom, byUser, ratings, utilization, activity, trends, peakHours];
