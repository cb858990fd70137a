import type { CSSProperties, ReactNode } from "react";
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { clock } from "../times.ts";
import { ACROSS, SMALL, UPWARDS } from "./axes.ts";
import { ChartTooltip } from "./tooltip.tsx";

const HEIGHT = 190;
const TOP = 10;
const BOTTOM = 30;

/** Pixels between the labels of two lines. */
const APART = 17;

/** Pixels from the end of a line to its label. */
const LEADER = 20;

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
  /** Whether a point has none beside it: a line of one point would not be seen. */
  const isAlone = (name: string, index: number): boolean =>
    (points[index]?.[name] ?? null) !== null && [index - 1, index + 1].every((near) => (points[near]?.[name] ?? null) === null);
  const shown = (value: number): string => `${value.toFixed(digits)}${unit}`;
  return (
    <div className="lines" data-chart={title}>
      <ResponsiveContainer width="100%" height={HEIGHT}>
        <LineChart data={[...points]} margin={{ top: TOP, right: LEADER, bottom: 0, left: -20 }} accessibilityLayer title={title}>
          <CartesianGrid vertical={false} stroke="var(--grid)" />
          <XAxis
            {...ACROSS}
            dataKey="at"
            ticks={[0, 20, 40, 59].flatMap((index) => points[index]?.at ?? [])}
            interval={0}
            tickFormatter={clock}
          />
          <YAxis {...UPWARDS} domain={[0, most]} tickCount={5} />
          {alert && alert.at <= most && (
            <ReferenceLine
              y={alert.at}
              stroke="var(--nl-bad)"
              strokeDasharray="4 4"
              label={{ ...SMALL, value: alert.label, position: "insideBottomLeft", fill: "var(--nl-bad)" }}
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
              dot={({ cx, cy, index }) => <circle key={index} cx={cx} cy={cy} r={isAlone(name, index) ? 2 : 0} fill={color} />}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
      <div className="line-ends" aria-hidden="true">
        <svg width={LEADER} height={HEIGHT} aria-hidden="true">
          {series.map(({ name, color, dashed }) => (
            <path
              key={name}
              d={`M2 ${yOf(lastOf(name))}h5L${LEADER - 6} ${labels.get(name)}h5`}
              stroke={color}
              strokeDasharray={dashed ? "2 3" : undefined}
            />
          ))}
        </svg>
        <ul>
          {series.map(({ name, label }) => (
            <li key={name} style={{ "--top": `${labels.get(name)}px` } as CSSProperties}>
              {label} <span className="quiet">{lastOf(name).toFixed(digits)}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
