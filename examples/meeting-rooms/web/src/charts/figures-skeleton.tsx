import type { ReactNode } from "react";
import { Later } from "../parts/states.tsx";

const Bones = (): ReactNode => (
  <>
    <span className="bone" />
    <span className="bone" />
  </>
);

/** Tiles and charts while their first figures are on their way: they stay in the same place. */
export function FiguresSkeleton(): ReactNode {
  return (
    <Later>
      <div className="bones" role="status" aria-label="Loading analytics">
        <div className="figures" aria-hidden="true">
          {["today", "bookings", "rooms", "people", "rating"].map((tile) => (
            <div key={tile} className="card figure">
              <Bones />
            </div>
          ))}
        </div>
        <div className="charts charts-wide" aria-hidden="true">
          {["frequency", "hours"].map((chart) => (
            <div key={chart} className="card chart-card">
              <Bones />
            </div>
          ))}
        </div>
      </div>
    </Later>
  );
}
