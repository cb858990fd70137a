import type { CSSProperties, ReactNode } from "react";
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { clock } from "../times.ts";
import { ChartTooltip } from "./tooltip.tsx";

const HEIGHT = 190;
const TOP = 10;
const BOTTOM = 30;

/** Pixels between the labels of two lines. */
const APART = 17;

export interface Series {
  name: string;
  label: string;
  color: string;
  dashed?: boolean;
}

export type Point = { at: string } & Record<string, number | string | null>;

/** Where labels go so that none covers another: as near to their lines' ends as may be. */
function spread(ends: readonly { name: string; y: number }[]): Map<string, number> {
  const sorted = [...ends].sort((a, b) => a.y - b.y);
  const placed = new Map<string, number>();
  let least = 0;
  for (const { name, y } of sorted) {
    const top = Math.max(y, least);
    placed.set(name, top);
    least = top + APART;
  }
  // What was pushed over the edge goes back up.
  let most = HEIGHT - BOTTOM + 4;
  for (const { name } of sorted.toReversed()) {
    const top = Math.min(placed.get(name) ?? 0, most);
    placed.set(name, top);
    most = top - APART;
  }
  return placed;
}

const nice = (most: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 0.1)));
  return [1, 2, 4, 5, 8, 10].map((step) => step * power).find((step) => step >= most) ?? most;
};

/** Lines over the hour, each named at its end. */
export function Lines({
  title,
  points,
  series,
  unit,
  digits,
  least = 1,
  alert,
}: {
  title: string;
  points: readonly Point[];
  series: readonly Series[];
  unit: string;
  digits: number;
  /** What the axis reaches at least. */
  least?: number;
  alert?: { at: number; label: string };
}): ReactNode {
  const values = points.flatMap((point) => series.map(({ name }) => Number(point[name] ?? 0)));
  const most = nice(Math.max(least, ...values));
  const lastOf = (name: string): number => Number(points.findLast((point) => point[name] !== null)?.[name] ?? 0);
  const yOf = (value: number): number => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM);
  const labels = spread(series.map(({ name }) => ({ name, y: yOf(lastOf(name)) })));
  /** A line of one point would not be seen. */
  const alone = (name: string): boolean => points.filter((point) => point[name] !== null).length < 2;
  const shown = (value: number): string => `${value.toFixed(digits)}${unit}`;
  return (
    <div className="lines" data-chart={title}>
      <ResponsiveContainer width="100%" height={HEIGHT}>
        <LineChart data={[...points]} margin={{ top: TOP, right: 20, bottom: 0, left: -20 }} accessibilityLayer title={title}>
          <CartesianGrid vertical={false} stroke="var(--grid)" />
          <XAxis
            dataKey="at"
            ticks={[0, 20, 40, 59].flatMap((index) => points[index]?.at ?? [])}
            interval={0}
            tickLine={false}
            axisLine={{ stroke: "var(--nl-edge)" }}
            tick={{ fill: "var(--nl-quiet)", fontSize: 12 }}
            tickFormatter={clock}
          />
          <YAxis domain={[0, most]} tickCount={5} tickLine={false} axisLine={false} tick={{ fill: "var(--nl-quiet)", fontSize: 12 }} />
          {alert && alert.at <= most && (
            <ReferenceLine
              y={alert.at}
              stroke="var(--nl-bad)"
              strokeDasharray="4 4"
              label={{ value: alert.label, position: "insideBottomLeft", fill: "var(--nl-bad)", fontSize: 12 }}
            />
          )}
          <Tooltip cursor={{ stroke: "var(--nl-edge)" }} content={<ChartTooltip title={clock} value={(value: number) => shown(value)} />} />
          {series.map(({ name, label, color, dashed }) => (
            <Line
              key={name}
              dataKey={name}
              name={label}
              stroke={color}
              strokeWidth={2}
              {...(dashed && { strokeDasharray: "4 4" })}
              dot={alone(name) && { r: 2, fill: color }}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
      <ul className="line-ends" aria-hidden="true">
        {series.map(({ name, label, color, dashed }) => (
          <li key={name} style={{ "--top": `${labels.get(name)}px`, "--color": color } as CSSProperties} data-dashed={dashed || undefined}>
            {label} <span className="quiet">{lastOf(name).toFixed(digits)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
