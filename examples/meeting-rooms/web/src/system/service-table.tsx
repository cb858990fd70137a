import type { ReactNode } from "react";
import type { State, Watched } from "../api/system.ts";
import { capitalised } from "../parts/capitalised.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { TableHead } from "../parts/table-head.tsx";

const STATES: Readonly<Record<State, { words: string; icon: IconName; tone: string }>> = {
  up: { words: "Up", icon: "check", tone: "good" },
  slow: { words: "Slow", icon: "clock", tone: "brass" },
  down: { words: "Down", icon: "alert", tone: "bad" },
  unknown: { words: "Not known", icon: "off", tone: "quiet" },
};

/** The last hour, a tick for each minute: slow ones are shorter, and those in which it was down the shortest. */
function Ticks({ minutes }: Pick<Watched, "minutes">): ReactNode {
  const up = minutes.filter(({ state }) => state === "up").length;
  return (
    <span className="ticks" role="img" aria-label={`Up in ${up} minutes of the hour`}>
      {minutes.map(({ at, state }) => (
        <i key={at} data-state={state} />
      ))}
    </span>
  );
}

function Measure({ value, unit, name }: { value: string; unit: string; name: string }): ReactNode {
  return (
    <td className="services-measure" data-name={name}>
      {value} <span className="quiet small">{unit}</span>
    </td>
  );
}

/** How each service is, and was in the last hour. */
export function ServiceTable({ services }: { services: readonly Watched[] }): ReactNode {
  return (
    <div className="card table-card">
      <table className="services">
        <TableHead names={["Service", "Last hour", "Requests", "Latency, p95", "Errors", "State"]} />
        <tbody>
          {services.map(({ name, port, minutes, requests_per_second, p95_ms, failed_percentage, state }) => (
            <tr key={name}>
              <th scope="row">
                {capitalised(name)}
                <span className="quiet small">port {port}</span>
              </th>
              <td className="services-ticks">
                <Ticks minutes={minutes} />
              </td>
              <Measure name="Requests" value={requests_per_second.toFixed(1)} unit="/s" />
              <Measure name="Latency" value={p95_ms === null ? "–" : String(Math.round(p95_ms))} unit="ms" />
              <Measure name="Errors" value={failed_percentage.toFixed(1)} unit="%" />
              <td className="services-state">
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
