import type { Figure, Watched } from "../api/system.ts";
import type { Point, Series } from "../charts/lines.tsx";
import { capitalised } from "../parts/capitalised.ts";

const COLOURS: Readonly<Record<string, string>> = {
  users: "var(--c1)",
  rooms: "var(--c2)",
  bookings: "var(--c3)",
  reviews: "var(--c4)",
  analytics: "var(--c5)",
};

/** A line for each service. Grey is near to another colour for some eyes, so it is dashed too. */
export const seriesOf = (services: readonly Watched[]): Series[] =>
  services.map(({ name }) => ({ name, label: capitalised(name), color: COLOURS[name] ?? "var(--c1)", dashed: name === "reviews" }));

/** A figure of all services, minute by minute; `null` where it is not known. */
export const pointsOf = (services: readonly Watched[], figure: Figure): Point[] =>
  (services[0]?.minutes ?? []).map(({ at }, index) => ({
    at,
    ...Object.fromEntries(
      services.map(({ name, minutes }) => [name, minutes[index]?.state === "unknown" ? null : (minutes[index]?.[figure] ?? null)]),
    ),
  }));

/** Of all answers in a minute, those that were refused and those that failed, in percent. */
export interface Refusals {
  at: string;
  refused: number;
  failed: number;
}

/** Refused and failed answers of all services, weighed by how much each was asked. */
export function refusalsOf(services: readonly Watched[]): Refusals[] {
  return (services[0]?.minutes ?? []).map(({ at }, index) => {
    const minutes = services.flatMap((one) => one.minutes[index] ?? []);
    const all = minutes.reduce((sum, one) => sum + one.requests_per_second, 0);
    const share = (of: "refused_percentage" | "failed_percentage"): number =>
      all === 0 ? 0 : minutes.reduce((sum, one) => sum + one[of] * one.requests_per_second, 0) / all;
    return { at, refused: share("refused_percentage"), failed: share("failed_percentage") };
  });
}
