import type { ReactNode } from "react";
import type { System } from "../api/system.ts";

/** What came of codes in the last hour. */
export function CodesCard({ mfa }: Pick<System, "mfa">): ReactNode {
  const counts: readonly (readonly [name: string, count: number, isBad: boolean])[] = [
    ["Codes accepted", mfa.accepted, false],
    ["Wrong codes", mfa.wrong, false],
    ["Codes entered twice", mfa.replayed, false],
    ["Recovery codes used", mfa.recovery_codes_used, false],
    ["Accounts locked", mfa.locks, mfa.locks > 0],
  ];
  return (
    <section className="card codes" aria-labelledby="codes-title">
      <h2 className="subhead" id="codes-title">
        Two-step verification
      </h2>
      <p className="quiet small">All services, last hour</p>
      <dl>
        {counts.map(([name, count, isBad]) => (
          <div key={name} data-bad={isBad || undefined}>
            <dt>{name}</dt>
            <dd>{count}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
