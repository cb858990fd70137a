import { useCallback, useSyncExternalStore } from "react";
import { periodLeft } from "../otp/digits.ts";
import { useShared } from "./context.ts";

/** Milliseconds between looks at the clock; what is shown changes once a second. */
const LOOK = 250;

function useClock(read: (now: number) => number, isRunning: boolean): number {
  const { now } = useShared().client;
  const subscribe = useCallback(
    (listener: () => void) => {
      const timer = isRunning ? setInterval(listener, LOOK) : undefined;
      return () => clearInterval(timer);
    },
    [isRunning],
  );
  return useSyncExternalStore(
    subscribe,
    () => read(now()),
    () => 0,
  );
}

/** Whole seconds until an instant (milliseconds since 1970), by the client's clock; 0 once it is past, or without one. */
export const useCountdown = (until: number | undefined): number =>
  useClock((now) => (until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1000))), until !== undefined);

/** Whole seconds until the code in the app changes; 0 while the server renders. */
export const usePeriodLeft = (period = 30): number => useClock((now) => periodLeft(now, period), true);
