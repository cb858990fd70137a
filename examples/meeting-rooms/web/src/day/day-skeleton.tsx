import type { CSSProperties, ReactNode } from "react";
import { Later } from "../parts/states.tsx";
import { clockOf, OPENS } from "../times.ts";

const ROWS: readonly (readonly (readonly [from: number, length: number])[])[] = [
  [
    [0, 1.5],
    [3, 1],
    [6.3, 1.6],
  ],
  [
    [1.2, 2],
    [4.8, 1],
  ],
  [
    [0.4, 1],
    [3.6, 2.5],
    [7.6, 1.4],
  ],
  [
    [2, 1.5],
    [5, 1.2],
  ],
  [
    [0.2, 1.2],
    [6, 2],
  ],
];

/** What will be booked, about. */
const Lane = ({ blocks, className }: { blocks: (typeof ROWS)[number]; className: string }): ReactNode => (
  <div className={className}>
    {blocks.map(([from, length]) => (
      <span key={from} className="block bone" style={{ "--from": from, "--length": length } as CSSProperties} />
    ))}
  </div>
);

/** The strips of a phone while their first day is on its way. */
export function StripsSkeleton(): ReactNode {
  return (
    <Later>
      <div className="strips" role="status" aria-label="Loading rooms" data-loading="">
        <ul aria-hidden="true">
          {ROWS.map((blocks) => (
            <li className="strip-row" key={String(blocks)}>
              <p>
                <span className="bone" />
              </p>
              <Lane className="lane strip" blocks={blocks} />
            </li>
          ))}
        </ul>
      </div>
    </Later>
  );
}

/** The grid while its first day is on its way: it stays in the same place. */
export function GridSkeleton(): ReactNode {
  return (
    <Later>
      <div className="grid-wrap" role="status" aria-label="Loading rooms">
        <div className="grid-scroll">
          <div className="grid" data-loading="" aria-hidden="true">
            <div className="grid-axis">
              <span>Room</span>
              {Array.from({ length: 10 }, (_, hour) => clockOf(OPENS + hour * 60)).map((hour) => (
                <span key={hour}>{hour}</span>
              ))}
            </div>
            {ROWS.map((blocks) => (
              <div className="grid-row" key={String(blocks)}>
                <div className="grid-room">
                  <span className="bone" />
                  <span className="bone" />
                </div>
                <Lane className="lane" blocks={blocks} />
              </div>
            ))}
          </div>
        </div>
      </div>
    </Later>
  );
}
