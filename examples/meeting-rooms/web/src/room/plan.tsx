import type { ReactNode } from "react";

/** Chairs that a side of the table is drawn with at most. */
const MOST = 9;

/** The longest that a table is drawn. */
const LONGEST = 210;

/** A room from above, drawn from its seats alone: an emblem, no survey. */
export function Plan({ seats }: { seats: number }): ReactNode {
  const ends = Math.min(2, seats);
  const top = Math.min(MOST, Math.ceil((seats - ends) / 2));
  const bottom = Math.min(MOST, Math.max(0, seats - ends - Math.ceil((seats - ends) / 2)));
  const length = Math.min(LONGEST, Math.max(70, Math.max(top, bottom) * 26 + 26));
  const left = 190 - length / 2;
  const side = (count: number): number[] => Array.from({ length: count }, (_, index) => left + (length * (index + 1)) / (count + 1));
  return (
    <svg className="plan" viewBox="0 0 380 240" role="img" aria-label={`A table with ${seats} seats`}>
      <path className="plan-wall" d="M70 208H32V32h316v176H104" />
      <path className="plan-screen" d="M142 40h96" />
      <path className="plan-window" d="M340 76v88" />
      <path className="plan-door" d="M70 208v-34" />
      <path className="plan-swing" d="M70 174a34 34 0 0 1 34 34" />
      <rect className="plan-table" x={left} y={90} width={length} height={62} rx={14} />
      {side(top).map((x) => (
        <rect key={x} className="plan-chair" x={x - 8} y={66} width={16} height={15} rx={5} />
      ))}
      {side(bottom).map((x) => (
        <rect key={x} className="plan-chair" x={x - 8} y={161} width={16} height={15} rx={5} />
      ))}
      {ends > 0 && <rect className="plan-chair" x={left - 25} y={113} width={15} height={16} rx={5} />}
      {ends > 1 && <rect className="plan-chair" x={left + length + 10} y={113} width={15} height={16} rx={5} />}
    </svg>
  );
}
