import type { ReactNode } from "react";
import { Mark } from "./icon.tsx";

/** Bookings of a day in a building, as [row, begin, length] in units of the drawing. */
const BLOCKS: readonly (readonly [row: number, x: number, width: number])[] = [
  [0, -20, 92],
  [0, 150, 52],
  [0, 530, 60],
  [1, -20, 74],
  [1, 60, 114],
  [1, 210, 154],
  [1, 400, 114],
  [1, 520, 34],
  [2, -20, 108],
  [2, 175, 74],
  [3, -20, 60],
  [3, 266, 34],
  [3, 306, 114],
  [3, 426, 34],
  [4, -20, 96],
  [4, 116, 154],
  [4, 476, 100],
  [5, -20, 62],
  [5, 238, 114],
  [5, 388, 114],
  [6, 4, 154],
  [6, 313, 154],
  [6, 503, 54],
  [7, -20, 68],
  [7, 83, 114],
  [8, -20, 72],
  [8, 87, 55],
  [8, 388, 54],
  [8, 448, 54],
];

/** The dark half of the doors into the console: a day's bookings, and a free hour among them. */
export function NightPanel(): ReactNode {
  return (
    <aside className="night-panel">
      <p className="brand">
        <Mark size={32} />
        Meeting Rooms
      </p>
      <svg viewBox="0 0 560 480" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
        <path className="night-now" d="M200 0v510" />
        {BLOCKS.map(([row, x, width]) => (
          <rect
            key={`${row} ${x}`}
            x={x}
            y={20 + row * 52}
            width={width}
            height={36}
            rx={8}
            fillOpacity={0.45 + ((x * 7 + row * 13) % 5) * 0.11}
          />
        ))}
        <rect className="night-free" x={276} y={228} width={184} height={36} rx={8} />
        <text x={291} y={251}>
          13:00 – 14:00
        </text>
      </svg>
      <div>
        <p className="night-words">A room, when you need one.</p>
        <p>See what is free, book it, and get back to work.</p>
      </div>
    </aside>
  );
}
