import type { ReactNode } from "react";
import { Area, AreaChart, CartesianGrid, ReferenceArea, ReferenceDot, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { Frequency, Period } from "../api/analytics.ts";
import { at, dayMonthShort, shortDay } from "../times.ts";
import { ACROSS, SMALL, UPWARDS } from "./axes.ts";
import { ChartTooltip } from "./tooltip.tsx";

type Dated = Frequency["frequency"][number];

const NOON = 720;

/** A point that is named in the chart. */
interface Mark {
  point: Dated;
  radius: number;
  color: string;
  words: string;
  position: "top" | "bottom";
}

/** The stretch with the most bookings. */
export const busiestOf = (points: readonly Dated[]): Dated | undefined =>
  points.reduce<Dated | undefined>((most, point) => (most && most.confirmed >= point.confirmed ? most : point), undefined);

/** What the axis names: Mondays and today, and not so many that they touch. */
function ticksOf(dates: readonly string[], period: Period): string[] {
  const step = (count: number): number => Math.ceil(count / 5);
  if (period !== "daily") return dates.filter((_, index) => index % step(dates.length) === 0);
  const clear = dates.slice(0, -Math.ceil(dates.length / 7));
  const mondays = clear.filter((date) => at(date, NOON).getDay() === 1);
  return [...mondays.filter((_, index) => index % step(mondays.length) === 0), ...dates.slice(-1)];
}

/** The weekends among some days. */
const weekendsOf = (dates: readonly string[]): (readonly [saturday: string, sunday: string])[] =>
  dates.flatMap((date, index) => {
    const sunday = dates[index + 1];
    return sunday && at(date, NOON).getDay() === 6 ? [[date, sunday] as const] : [];
  });

/** The busiest point and the last one, which is still growing. */
function marksOf(points: readonly Dated[]): Mark[] {
  const peak = busiestOf(points);
  const last = points.at(-1);
  if (!peak || !last) return [];
  // Under the line there is room for words, unless the line is near the ground.
  const position = last.confirmed > peak.confirmed / 3 ? "bottom" : "top";
  const now: Mark = { point: last, radius: 5, color: "var(--nl-brass)", words: `${last.confirmed} so far`, position };
  if (peak === last) return [now];
  return [{ point: peak, radius: 4, color: "var(--c1)", words: String(peak.confirmed), position: "top" }, now];
}

/** Bookings over time; weekends are shaded, the busiest stretch and the present one are named. */
export function DailyChart({ points, period }: { points: readonly Dated[]; period: Period }): ReactNode {
  const dates = points.map(({ date }) => date);
  const last = dates.at(-1);
  const isDaily = period === "daily";
  const day = (date: string): string => (isDaily && date === last ? "Today" : dayMonthShort(at(date, NOON)));
  const stretch = (date: string): string => `${isDaily ? "" : "From "}${shortDay(at(date, NOON))}`;
  return (
    <div className="chart" data-chart="daily">
      <ResponsiveContainer width="100%" height={216}>
        <AreaChart data={[...points]} margin={{ top: 22, right: 34, bottom: 0, left: -22 }} accessibilityLayer title="Bookings over time">
          <CartesianGrid vertical={false} stroke="var(--grid)" />
          {isDaily &&
            weekendsOf(dates).map(([saturday, sunday], index) => (
              <ReferenceArea
                key={saturday}
                x1={saturday}
                x2={sunday}
                fill="var(--raised)"
                fillOpacity={1}
                stroke="none"
                {...(index === 0 && { label: { value: "Weekend", position: "insideTop", ...SMALL } })}
              />
            ))}
          <XAxis {...ACROSS} dataKey="date" ticks={ticksOf(dates, period)} interval={0} tickFormatter={day} />
          <YAxis {...UPWARDS} allowDecimals={false} tickCount={4} />
          <Tooltip cursor={{ stroke: "var(--nl-edge)" }} content={<ChartTooltip title={stretch} />} />
          <Area
            type="linear"
            dataKey="confirmed"
            name="Bookings"
            stroke="var(--c1)"
            strokeWidth={2}
            fill="var(--nl-accent-tint)"
            fillOpacity={1}
            isAnimationActive={false}
          />
          {marksOf(points).map(({ point, radius, color, words, position }) => (
            <ReferenceDot
              key={color}
              x={point.date}
              y={point.confirmed}
              r={radius}
              fill={color}
              stroke="var(--nl-surface)"
              label={{ value: words, position, fill: "var(--nl-ink)", fontSize: 12, fontWeight: 500 }}
            />
          ))}
        </AreaChart>
      </ResponsiveContainer>
    </div>
  );
}
