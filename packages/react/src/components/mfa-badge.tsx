import type { ReactNode } from "react";
import { useMfaStatus, useText } from "../hooks/index.ts";
import { Badge } from "./parts.tsx";

/** The props of `MfaBadge`. */
export interface MfaBadgeProps {
  /** What it says; by the user's own status without it. */
  state?: "on" | "off" | "required";
}

/** Whether two-step verification is on, in a word. */
export function MfaBadge({ state }: MfaBadgeProps): ReactNode {
  return state ? <Said state={state} /> : <Own />;
}

function Own(): ReactNode {
  const { status } = useMfaStatus();
  return status && <Said state={status.mfa_enabled ? "on" : "off"} />;
}

function Said({ state }: { state: "on" | "off" | "required" }): ReactNode {
  const tones = { on: "good", off: undefined, required: "brass" };
  return (
    <Badge data-tone={tones[state]} data-dot={state !== "required" || undefined}>
      {useText()(state)}
    </Badge>
  );
}
