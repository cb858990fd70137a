import type { CSSProperties, ReactNode } from "react";
import type { PeakHours } from "../api/analytics.ts";

const HOURS = Array.from({ length: 10 }, (_, index) => 8 + index);

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"] as const;

/** "Mon". */
const brief = (weekday: string): string => weekday.slice(0, 3);

/** How many bookings begin at an hour of a weekday. */
const countAt = ({ weekdays }: PeakHours, weekday: number, hour: number): number =>
  weekdays.find((one) => one.weekday === weekday && one.hour === hour)?.booking_count ?? 0;

/** The same as a table: a row for each hour. */
export const heatTable = (peaks: PeakHours): { head: string[]; rows: (string | number)[][] } => ({
  head: ["Hour", ...WEEKDAYS.map(brief)],
  rows: HOURS.map((hour) => [`${hour}:00`, ...WEEKDAYS.map((_, index) => countAt(peaks, index + 1, hour))]),
});

/** Few to many, in six steps. */
const step = (count: number, most: number): number => (most === 0 ? 0 : Math.min(5, Math.round((count / most) * 5)));

/** Weekdays by hours; the busiest cell is ringed and numbered. */
export function Heat({ peaks }: { peaks: PeakHours }): ReactNode {
  const cells = WEEKDAYS.flatMap((name, index) =>
    HOURS.map((hour) => ({ name, weekday: index + 1, hour, count: countAt(peaks, index + 1, hour) })),
  );
  const peak = cells.reduce((most, cell) => (cell.count > most.count ? cell : most));
  return (
    <>
      <div className="heat" aria-hidden="true">
        <span />
        {HOURS.map((hour) => (
          <span key={hour}>{String(hour).padStart(2, "0")}</span>
        ))}
        {WEEKDAYS.map((name) => [
          <span key={name} className="heat-day">
            {brief(name)}
          </span>,
          ...cells
            .filter((cell) => cell.name === name)
            .map((cell) => (
              <i
                key={`${name} ${cell.hour}`}
                title={`${name} ${cell.hour}:00, ${cell.count}`}
                style={{ "--heat": `var(--s${step(cell.count, peak.count)})` } as CSSProperties}
                data-peak={(cell === peak && peak.count > 0) || undefined}
              >
                {cell === peak && peak.count > 0 ? peak.count : ""}
              </i>
            )),
        ])}
      </div>
      <p className="heat-foot">
        <span className="heat-scale" aria-hidden="true">
          0
          {[0, 1, 2, 3, 4, 5].map((one) => (
            <i key={one} style={{ "--heat": `var(--s${one})` } as CSSProperties} />
          ))}
          {peak.count}
        </span>
        {peak.count > 0 && (
          <span>
            Busiest: {peak.name} at {peak.hour}:00
          </span>
        )}
      </p>
    </>
  );
}
