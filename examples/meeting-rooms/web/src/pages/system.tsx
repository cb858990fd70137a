import { type ReactNode, useEffect } from "react";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { call } from "../api/call.ts";
import { useSession } from "../api/session.ts";
import { useRead } from "../api/use-read.ts";
import { ChartCard } from "../charts/chart-card.tsx";
import { Lines, type Point, type Series } from "../charts/lines.tsx";
import { ChartTooltip } from "../charts/tooltip.tsx";
import { capitalised } from "../day/filter-bar.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { Bones, Failed, Message } from "../parts/states.tsx";
import { clock } from "../times.ts";

type State = "up" | "slow" | "down" | "unknown";

interface Figures {
  state: State;
  requests_per_second: number;
  p95_ms: number | null;
  refused_percentage: number;
  failed_percentage: number;
}

interface Watched extends Figures {
  name: string;
  port: number;
  since: string;
  minutes: ({ at: string } & Figures)[];
}

interface System {
  at: string;
  sampled_every_seconds: number;
  slow_above_ms: number;
  services: Watched[];
  mfa: { accepted: number; wrong: number; replayed: number; recovery_codes_used: number; locks: number };
}

const STATES: Readonly<Record<State, { words: string; icon: IconName; tone: string }>> = {
  up: { words: "Up", icon: "check", tone: "good" },
  slow: { words: "Slow", icon: "clock", tone: "brass" },
  down: { words: "Down", icon: "alert", tone: "bad" },
  unknown: { words: "Not known", icon: "off", tone: "quiet" },
};

const COLOURS: Readonly<Record<string, string>> = {
  users: "var(--c1)",
  rooms: "var(--c2)",
  bookings: "var(--c3)",
  reviews: "var(--c4)",
  analytics: "var(--c5)",
};

/** How the system is, in a sentence. */
function Verdict({ system }: { system: System }): ReactNode {
  const { services } = system;
  const down = services.filter(({ state }) => state === "down");
  const slow = services.filter(({ state }) => state === "slow");
  if (down.length > 0) {
    return (
      <Message tone="bad" icon="alert">
        <strong>{down.map(({ name }) => capitalised(name)).join(", ")} does not answer</strong>, since {clock(down[0]?.since ?? system.at)}.
      </Message>
    );
  }
  if (slow.length > 0) {
    const worst = slow.reduce((most, one) => ((one.p95_ms ?? 0) > (most.p95_ms ?? 0) ? one : most));
    return (
      <Message tone="brass" icon="alert">
        <strong>
          All {services.length} services answer.{" "}
          {slow.length === 1 ? `${capitalised(worst.name)} is slow` : `${slow.length} are slow, ${worst.name} most`}:
        </strong>{" "}
        95 of 100 answers within {Math.round(worst.p95_ms ?? 0)} ms, since {clock(worst.since)}.
      </Message>
    );
  }
  return (
    <Message tone="good" icon="check">
      <strong>All {services.length} services answer</strong>, and none is slow.
    </Message>
  );
}

function ServiceTable({ services }: { services: readonly Watched[] }): ReactNode {
  return (
    <div className="card table-card">
      <table className="services">
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Last hour</th>
            <th scope="col">Requests</th>
            <th scope="col">Latency, p95</th>
            <th scope="col">Errors</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {services.map(({ name, port, minutes, requests_per_second, p95_ms, failed_percentage, state }) => (
            <tr key={name}>
              <th scope="row">
                {capitalised(name)}
                <span className="quiet small">port {port}</span>
              </th>
              <td>
                <span
                  className="ticks"
                  role="img"
                  aria-label={`Up in ${minutes.filter((one) => one.state === "up").length} minutes of the hour`}
                >
                  {minutes.map((minute) => (
                    <i key={minute.at} data-state={minute.state} />
                  ))}
                </span>
              </td>
              <td>
                {requests_per_second.toFixed(1)} <span className="quiet small">/s</span>
              </td>
              <td>
                {p95_ms === null ? "–" : Math.round(p95_ms)} <span className="quiet small">ms</span>
              </td>
              <td>
                {failed_percentage.toFixed(1)} <span className="quiet small">%</span>
              </td>
              <td>
                <span className="badge" data-tone={STATES[state].tone}>
                  <Icon name={STATES[state].icon} size={14} /> {STATES[state].words}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const pointsOf = (services: readonly Watched[], of: keyof Omit<Figures, "state">): Point[] =>
  (services[0]?.minutes ?? []).map(({ at }, index) => ({
    at,
    ...Object.fromEntries(
      services.map(({ name, minutes }) => [name, minutes[index]?.state === "unknown" ? null : (minutes[index]?.[of] ?? null)]),
    ),
  }));

/** Refused and failed answers of all services, weighed by how much each was asked. */
function refusals(services: readonly Watched[]): { at: string; refused: number; failed: number }[] {
  return (services[0]?.minutes ?? []).map(({ at }, index) => {
    const minutes = services.flatMap((one) => one.minutes[index] ?? []);
    const all = minutes.reduce((sum, one) => sum + one.requests_per_second, 0);
    const share = (of: "refused_percentage" | "failed_percentage"): number =>
      all === 0 ? 0 : minutes.reduce((sum, one) => sum + one[of] * one.requests_per_second, 0) / all;
    return { at, refused: share("refused_percentage"), failed: share("failed_percentage") };
  });
}

/** For admins: how the five services are, minute by minute. */
export function SystemPage(): ReactNode {
  const { facts } = useSession();
  const read = useRead("system", (signal) => call<System>("/analytics/system", { signal }));
  const { reload } = read;
  useEffect(() => {
    const timer = setInterval(reload, 5_000);
    return () => clearInterval(timer);
  }, [reload]);

  const system = read.data;
  const services = system?.services ?? [];
  const series: Series[] = services.map(({ name }) => ({
    name,
    label: capitalised(name),
    color: COLOURS[name] ?? "var(--c1)",
    dashed: name === "reviews",
  }));
  const refused = refusals(services);
  const now = refused.at(-1);
  const tableOf = (of: keyof Omit<Figures, "state">): (string | number)[][] =>
    pointsOf(services, of).map((point) => [clock(point.at), ...services.map(({ name }) => point[name] ?? "–")]);
  const head = ["At", ...series.map(({ label }) => label)];

  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>System</h1>
        <p className="live" data-state={read.error ? "lost" : "live"} role="status">
          <span className="live-dot" aria-hidden="true" />
          <strong>{read.error ? "Not live." : "Live"}</strong>
          <span className="quiet">{read.error ? "Trying again." : "every 5 s"}</span>
        </p>
        <span className="grow" />
        {facts.grafana_url && (
          <a className="button" href={facts.grafana_url} target="_blank" rel="noreferrer">
            Open in Grafana
          </a>
        )}
      </div>
      {read.error && !system && <Failed what="Analytics" error={read.error} retry={reload} />}
      {!system && !read.error && <Bones rows={6} label="Loading figures" />}
      {system && (
        <>
          <Verdict system={system} />
          <div className="columns columns-system">
            <ServiceTable services={services} />
            <section className="card codes" aria-labelledby="codes-title">
              <h2 className="subhead" id="codes-title">
                Two-step verification
              </h2>
              <p className="quiet small">All services, last hour</p>
              <dl>
                {(
                  [
                    ["Codes accepted", system.mfa.accepted],
                    ["Wrong codes", system.mfa.wrong],
                    ["Codes entered twice", system.mfa.replayed],
                    ["Recovery codes used", system.mfa.recovery_codes_used],
                    ["Accounts locked", system.mfa.locks],
                  ] as const
                ).map(([name, count]) => (
                  <div key={name} data-bad={(name === "Accounts locked" && count > 0) || undefined}>
                    <dt>{name}</dt>
                    <dd>{count}</dd>
                  </div>
                ))}
              </dl>
            </section>
          </div>
          <div className="charts charts-two">
            <ChartCard
              title="Requests"
              note="per second"
              className="chart-inline"
              summary="Requests per second of each service over the last hour."
              head={head}
              rows={tableOf("requests_per_second")}
            >
              <Lines title="Requests" points={pointsOf(services, "requests_per_second")} series={series} unit=" /s" digits={1} />
            </ChartCard>
            <ChartCard
              title="Latency"
              note="95th percentile, ms"
              className="chart-inline"
              summary="95th percentile of each service's latency over the last hour."
              head={head}
              rows={tableOf("p95_ms")}
            >
              <Lines
                title="Latency"
                points={pointsOf(services, "p95_ms")}
                series={series}
                unit=" ms"
                digits={0}
                least={100}
                alert={{ at: system.slow_above_ms, label: `Alert above ${system.slow_above_ms} ms` }}
              />
            </ChartCard>
            <ChartCard
              title="Errors"
              note="5xx, share of answers in %"
              className="chart-inline"
              summary="Share of answers with 5xx over the last hour."
              head={head}
              rows={tableOf("failed_percentage")}
            >
              <Lines title="Errors" points={pointsOf(services, "failed_percentage")} series={series} unit=" %" digits={1} />
            </ChartCard>
            <ChartCard
              title="Refused and failed"
              note="4xx and 5xx, share of answers in %"
              className="chart-inline"
              aside={<span className="quiet small">2xx now {(100 - (now?.refused ?? 0) - (now?.failed ?? 0)).toFixed(1)} %</span>}
              summary="Share of answers with 4xx and 5xx over the last hour."
              head={["At", "4xx", "5xx"]}
              rows={refused.map((one) => [clock(one.at), one.refused.toFixed(1), one.failed.toFixed(1)])}
            >
              <div className="chart">
                <ResponsiveContainer width="100%" height={190}>
                  <BarChart data={refused.slice(-30)} margin={{ top: 10, right: 8, bottom: 0, left: -20 }} title="Refused and failed">
                    <CartesianGrid vertical={false} stroke="var(--grid)" />
                    <XAxis
                      dataKey="at"
                      interval={14}
                      tickLine={false}
                      axisLine={{ stroke: "var(--nl-edge)" }}
                      tick={{ fill: "var(--nl-quiet)", fontSize: 12 }}
                      tickFormatter={clock}
                    />
                    <YAxis
                      tickCount={4}
                      allowDecimals={false}
                      tickLine={false}
                      axisLine={false}
                      tick={{ fill: "var(--nl-quiet)", fontSize: 12 }}
                    />
                    <Tooltip
                      cursor={{ fill: "var(--raised)" }}
                      content={<ChartTooltip title={clock} value={(value: number) => `${value.toFixed(1)} %`} />}
                    />
                    <Bar dataKey="refused" name="4xx" stackId="all" fill="var(--s3)" isAnimationActive={false} />
                    <Bar dataKey="failed" name="5xx" stackId="all" fill="var(--nl-bad)" isAnimationActive={false} />
                  </BarChart>
                </ResponsiveContainer>
              </div>
            </ChartCard>
          </div>
        </>
      )}
    </main>
  );
}
