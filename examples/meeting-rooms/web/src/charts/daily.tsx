import type { ReactNode } from "react";
import { Area, AreaChart, CartesianGrid, ReferenceArea, ReferenceDot, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { Frequency, Period } from "../api/analytics.ts";
import { at, dayMonthShort, shortDay } from "../times.ts";
import { ChartTooltip } from "./tooltip.tsx";

const isSaturday = (date: string): boolean => at(date, 720).getDay() === 6;

/** The days that the axis names: Mondays, and not so many that they touch. */
function ticksOf(dates: readonly string[], period: Period): string[] {
  const mondays = period === "daily" ? dates.filter((date) => at(date, 720).getDay() === 1) : [...dates];
  const step = Math.ceil(mondays.length / 5);
  return mondays.filter((_, index) => index % step === 0);
}

/** Bookings over time; weekends are shaded, the busiest day and today are named. */
export function DailyChart({ points, period }: { points: Frequency["frequency"]; period: Period }): ReactNode {
  const dates = points.map(({ date }) => date);
  const peak = points.reduce((most, point) => (point.total > most.total ? point : most), points[0] ?? { date: "", total: 0 });
  const last = points.at(-1);
  return (
    <div className="chart" data-chart="daily">
      <ResponsiveContainer width="100%" height={216}>
        <AreaChart data={points} margin={{ top: 22, right: 34, bottom: 0, left: -22 }} accessibilityLayer title="Bookings over time">
          <CartesianGrid vertical={false} stroke="var(--grid)" />
          {period === "daily" &&
            dates.filter(isSaturday).map((date) => {
              const sunday = dates[dates.indexOf(date) + 1];
              return sunday && <ReferenceArea key={date} x1={date} x2={sunday} fill="var(--raised)" fillOpacity={1} stroke="none" />;
            })}
          <XAxis
            dataKey="date"
            ticks={ticksOf(dates, period)}
            interval={0}
            tickLine={false}
            axisLine={{ stroke: "var(--nl-edge)" }}
            tick={{ fill: "var(--nl-quiet)", fontSize: 12 }}
            tickFormatter={(date: string) => dayMonthShort(at(date, 720))}
          />
          <YAxis allowDecimals={false} tickCount={4} tickLine={false} axisLine={false} tick={{ fill: "var(--nl-quiet)", fontSize: 12 }} />
          <Tooltip
            cursor={{ stroke: "var(--nl-edge)" }}
            content={
              <ChartTooltip title={(date: string) => (period === "daily" ? shortDay(at(date, 720)) : `From ${shortDay(at(date, 720))}`)} />
            }
          />
          <Area
            type="linear"
            dataKey="total"
            name="Bookings"
            stroke="var(--c1)"
            strokeWidth={2}
            fill="var(--nl-accent-tint)"
            fillOpacity={1}
            isAnimationActive={false}
          />
          {last && peak.date !== last.date && (
            <ReferenceDot
              x={peak.date}
              y={peak.total}
              r={4}
              fill="var(--c1)"
              stroke="var(--nl-surface)"
              label={{ value: peak.total, position: "top", fill: "var(--nl-ink)", fontSize: 12, fontWeight: 500 }}
            />
          )}
          {last && (
            <ReferenceDot
              x={last.date}
              y={last.total}
              r={5}
              fill="var(--nl-brass)"
              stroke="var(--nl-surface)"
              label={{ value: last.total, position: "right", fill: "var(--nl-ink)", fontSize: 12, fontWeight: 500 }}
            />
          )}
        </AreaChart>
      </ResponsiveContainer>
    </div>
  );
}
