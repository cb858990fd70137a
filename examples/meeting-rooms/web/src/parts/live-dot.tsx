import type { ReactNode } from "react";
import { type LiveState, useLiveState } from "../api/live.ts";

const WORDS: Readonly<Record<LiveState, string>> = { live: "Live", connecting: "Connecting", lost: "Not live." };

/** Whether what is shown is as of now, and a word on it. */
export const LiveNote = ({ state, note }: { state: LiveState; note: string }): ReactNode => (
  <p className="live" data-state={state} role="status">
    <span className="live-dot" aria-hidden="true" />
    <strong>{WORDS[state]}</strong>
    <span className="quiet">{note}</span>
  </p>
);

/** Whether live updates come in. */
export function LiveDot({ note }: { note: string }): ReactNode {
  const state = useLiveState();
  return <LiveNote state={state} note={state === "lost" ? "Reconnecting." : note} />;
}
