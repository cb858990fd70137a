import type { ReactNode } from "react";
import type { Figure, System } from "../api/system.ts";
import { ChartCard } from "../charts/chart-card.tsx";
import { Lines } from "../charts/lines.tsx";
import { clock } from "../times.ts";
import { pointsOf, refusalsOf, seriesOf } from "./hour.ts";
import { RefusalBars } from "./refusal-bars.tsx";

const LINES: readonly {
  figure: Figure;
  title: string;
  note: string;
  summary: string;
  unit: string;
  digits: number;
  least?: number;
}[] = [
  {
    figure: "requests_per_second",
    title: "Requests",
    note: "per second",
    summary: "Requests per second of each service over the last hour.",
    unit: " /s",
    digits: 1,
  },
  {
    figure: "p95_ms",
    title: "Latency",
    note: "95th percentile, ms",
    summary: "95th percentile of each service's latency over the last hour.",
    unit: " ms",
    digits: 0,
    least: 100,
  },
  {
    figure: "failed_percentage",
    title: "Errors",
    note: "5xx, share of answers in %",
    summary: "Share of answers with 5xx over the last hour.",
    unit: " %",
    digits: 1,
  },
];

/** The last hour, drawn. */
export function HourCharts({ system: { services, slow_above_ms } }: { system: System }): ReactNode {
  const series = seriesOf(services);
  const alert = { at: slow_above_ms, label: `Alert above ${slow_above_ms} ms` };
  const refusals = refusalsOf(services);
  const { refused = 0, failed = 0 } = refusals.at(-1) ?? {};
  return (
    <div className="charts charts-two">
      {LINES.map(({ figure, title, note, summary, ...drawn }) => {
        const points = pointsOf(services, figure);
        return (
          <ChartCard
            key={figure}
            title={title}
            note={note}
            className="chart-inline"
            summary={summary}
            head={["At", ...series.map(({ label }) => label)]}
            rows={points.map((point) => [clock(point.at), ...series.map(({ name }) => point[name] ?? "–")])}
          >
            <Lines title={title} points={points} series={series} {...drawn} {...(figure === "p95_ms" && { alert })} />
          </ChartCard>
        );
      })}
      <ChartCard
        title="Refused and failed"
        note="4xx and 5xx, share of answers in %"
        className="chart-inline"
        aside={<span className="quiet small">2xx now {(100 - refused - failed).toFixed(1)} %</span>}
        summary="Share of answers with 4xx and 5xx over the last hour."
        head={["At", "4xx", "5xx"]}
        rows={refusals.map((one) => [clock(one.at), one.refused.toFixed(1), one.failed.toFixed(1)])}
      >
        <RefusalBars refusals={refusals} />
      </ChartCard>
    </div>
  );
}
