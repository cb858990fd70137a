import type { ReactNode } from "react";
import type { System } from "../api/system.ts";
import { capitalised } from "../parts/capitalised.ts";
import { Message } from "../parts/states.tsx";
import { clock } from "../times.ts";

/** How the system is, in a sentence. */
export function Verdict({ system }: { system: System }): ReactNode {
  const { services } = system;
  const down = services.filter(({ state }) => state === "down");
  const slow = services.filter(({ state }) => state === "slow");
  if (down.length > 0) {
    return (
      <Message tone="bad" icon="alert">
        <strong>{down.map(({ name }) => capitalised(name)).join(", ")} does not answer</strong>, since {clock(down[0]?.since ?? system.at)}.
      </Message>
    );
  }
  if (slow.length > 0) {
    const worst = slow.reduce((most, one) => ((one.p95_ms ?? 0) > (most.p95_ms ?? 0) ? one : most));
    return (
      <Message tone="brass" icon="alert">
        <strong>
          All {services.length} services answer.{" "}
          {slow.length === 1 ? `${capitalised(worst.name)} is slow` : `${slow.length} are slow, ${worst.name} most`}:
        </strong>{" "}
        95 of 100 answers within {Math.round(worst.p95_ms ?? 0)} ms, since {clock(worst.since)}.
      </Message>
    );
  }
  return (
    <Message tone="good" icon="check">
      <strong>All {services.length} services answer</strong>, and none is slow.
    </Message>
  );
}
