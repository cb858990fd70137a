/** Times as they are shown: in the browser's zone, 24 hours. Days are told as `2026-05-14`, times of day in minutes. */

export const MINUTE = 60_000;
export const DAY = 86_400_000;

/** The day that the grid shows: from 08:00 to 18:00. */
export const OPENS = 8 * 60;
export const CLOSES = 18 * 60;

export const zone: string = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formatter = (options: Intl.DateTimeFormatOptions): ((when: Date | string) => string) => {
  const format = new Intl.DateTimeFormat("en-GB", options);
  return (when) => format.format(new Date(when)).replace(",", "");
};

export const clock = formatter({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const weekday = formatter({ weekday: "long" });
export const dayMonth = formatter({ day: "numeric", month: "long" });
export const dayMonthShort = formatter({ day: "numeric", month: "short" });
export const shortDay = formatter({ weekday: "short", day: "numeric", month: "short" });
export const fullDate = formatter({ day: "numeric", month: "long", year: "numeric" });

const two = (value: number): string => String(value).padStart(2, "0");

/** The day of a moment. */
export const dayOf = (when: Date | string | number): string => {
  const date = new Date(when);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

/** The moment at so many minutes of a day. */
export function at(day: string, minutes: number): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date, Math.floor(minutes / 60), minutes % 60);
}

/** Whether a text is a day, as `2026-05-14`. */
export const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at(text, 0).getTime());

/** A day so many days on. */
export function dayPlus(day: string, days: number): string {
  const date = at(day, 12 * 60);
  date.setDate(date.getDate() + days);
  return dayOf(date);
}

/** Minutes of a day, counted from its beginning; outside it, below 0 or beyond. */
export function minutesIn(day: string, when: Date | string | number): number {
  const date = new Date(when);
  const own = dayOf(date);
  const within = date.getHours() * 60 + date.getMinutes();
  if (own === day) return within;
  return own < day ? 0 : 24 * 60;
}

/** `13:00`, of minutes. */
export const clockOf = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;

/** "13:00–14:00". */
export const span = (from: string, to: string): string => `${clock(from)}–${clock(to)}`;

/** "1 hour", "1 h 30 min", "45 min". */
export function lengthOf(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest} min`;
  if (rest > 0) return `${hours} h ${rest} min`;
  return hours === 1 ? "1 hour" : `${hours} hours`;
}

/** "Today", "Tomorrow", or the day of the week. */
export function dayName(day: string, now: number): string {
  const today = dayOf(now);
  if (day === today) return "Today";
  return day === dayPlus(today, 1) ? "Tomorrow" : weekday(at(day, 720));
}

/** "today", "tomorrow", or "Mon 18 May", for the middle of a sentence. */
export function dayInSentence(day: string, now: number): string {
  const name = dayName(day, now);
  return name === "Today" || name === "Tomorrow" ? name.toLowerCase() : shortDay(at(day, 720));
}
