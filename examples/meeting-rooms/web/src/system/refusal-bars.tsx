import type { ReactNode } from "react";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { ACROSS, UPWARDS } from "../charts/axes.ts";
import { ChartTooltip } from "../charts/tooltip.tsx";
import { clock } from "../times.ts";
import type { Refusals } from "./hour.ts";

/** Minutes that are drawn: so many bars can be told apart. */
const SHOWN = 30;

/** Of each minute's answers, the share that was refused and above it the share that failed. */
export function RefusalBars({ refusals }: { refusals: readonly Refusals[] }): ReactNode {
  const points = refusals.slice(-SHOWN);
  const { refused = 0, failed = 0 } = points.at(-1) ?? {};
  return (
    <div className="lines">
      <ResponsiveContainer width="100%" height={190}>
        <BarChart data={points} margin={{ top: 10, right: 20, bottom: 0, left: -20 }} accessibilityLayer title="Refused and failed">
          <CartesianGrid vertical={false} stroke="var(--grid)" />
          <XAxis
            {...ACROSS}
            dataKey="at"
            ticks={[0, 15, SHOWN - 1].flatMap((index) => points[index]?.at ?? [])}
            interval={0}
            tickFormatter={clock}
          />
          <YAxis {...UPWARDS} tickCount={4} allowDecimals={false} />
          <Tooltip
            cursor={{ fill: "var(--raised)" }}
            content={<ChartTooltip title={clock} value={(value: number) => `${value.toFixed(1)} %`} />}
          />
          <Bar dataKey="refused" name="4xx" stackId="all" fill="var(--s3)" isAnimationActive={false} />
          <Bar dataKey="failed" name="5xx" stackId="all" fill="var(--nl-bad)" isAnimationActive={false} />
        </BarChart>
      </ResponsiveContainer>
      <ul className="bar-names" aria-hidden="true">
        <li data-kind="failed">
          5xx <span className="quiet">{failed.toFixed(1)} %</span>
        </li>
        <li data-kind="refused">
          4xx <span className="quiet">{refused.toFixed(1)} %</span>
        </li>
      </ul>
    </div>
  );
}
