import type { XAxisProps, YAxisProps } from "recharts";

/** What every chart's numbers and names are drawn with. */
export const SMALL = { fill: "var(--nl-quiet)", fontSize: 12 } as const;

/** The axis below: a line, no ticks. */
export const ACROSS: Pick<XAxisProps, "tickLine" | "axisLine" | "tick"> = {
  tickLine: false,
  axisLine: { stroke: "var(--nl-edge)" },
  tick: SMALL,
};

/** The axis beside: numbers alone. */
export const UPWARDS: Pick<YAxisProps, "tickLine" | "axisLine" | "tick"> = { tickLine: false, axisLine: false, tick: SMALL };
