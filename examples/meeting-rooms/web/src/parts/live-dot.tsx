import type { ReactNode } from "react";
import { useLiveState } from "../api/live.ts";

/** Whether what is shown is as of now. */
export function LiveDot({ note }: { note: string }): ReactNode {
  const state = useLiveState();
  const lost = state === "lost";
  return (
    <p className="live" data-state={state} role="status">
      <span className="live-dot" aria-hidden="true" />
      <strong>{lost ? "Not live." : state === "live" ? "Live" : "Connecting"}</strong>
      <span className="quiet">{lost ? "Reconnecting." : note}</span>
    </p>
  );
}
