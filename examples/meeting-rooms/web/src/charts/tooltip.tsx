import type { ReactNode } from "react";

interface Shown {
  dataKey?: unknown;
  name?: unknown;
  value?: unknown;
  color?: string;
}

/** What stands at a point: one line for each series. */
export function ChartTooltip({
  active,
  label,
  payload = [],
  title = String,
  value = String,
}: {
  active?: boolean;
  label?: unknown;
  payload?: readonly Shown[];
  title?: (label: never) => string;
  value?: (value: never) => string;
}): ReactNode {
  if (!active || payload.length === 0) return null;
  return (
    <div className="tooltip">
      <strong>{title(label as never)}</strong>
      {payload.map((one) => (
        <span key={String(one.dataKey)}>
          {payload.length > 1 && <i style={{ background: one.color }} />}
          {String(one.name)} <b>{value(one.value as never)}</b>
        </span>
      ))}
    </div>
  );
}
