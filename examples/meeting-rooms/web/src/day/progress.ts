import type { CSSProperties } from "react";
import { CLOSES, dayOf, minutesIn, OPENS } from "../times.ts";

/** How far a day has gone. */
export interface Progress {
  /** The minute that it is; before the day 0, after it 1440. */
  minute: number;
  /** Whether the present lies among the hours that are shown. */
  showsNow: boolean;
  /** For the line of the present, and the shade of what is over. */
  style: CSSProperties;
}

export function progressOf(day: string, now: number): Progress {
  const minute = minutesIn(day, now);
  const over = Math.min(CLOSES, Math.max(OPENS, minute));
  return {
    minute,
    showsNow: day === dayOf(now) && minute >= OPENS && minute < CLOSES,
    style: { "--now": (minute - OPENS) / 60, "--over": (over - OPENS) / 60 } as CSSProperties,
  };
}
