import { call } from "./call.ts";

export type State = "up" | "slow" | "down" | "unknown";

/** How a service is, now or in one minute. */
export interface Figures {
  state: State;
  requests_per_second: number;
  p95_ms: number | null;
  refused_percentage: number;
  failed_percentage: number;
}

/** What of it is a number. */
export type Figure = keyof Omit<Figures, "state">;

export interface Watched extends Figures {
  name: string;
  port: number;
  since: string;
  minutes: ({ at: string } & Figures)[];
}

export interface System {
  at: string;
  sampled_every_seconds: number;
  slow_above_ms: number;
  services: Watched[];
  mfa: { accepted: number; wrong: number; replayed: number; recovery_codes_used: number; locks: number };
}

/** The five services over the last hour. */
export const readSystem = (signal: AbortSignal): Promise<System> => call("/analytics/system", { signal });
