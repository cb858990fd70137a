import { type CSSProperties, type ReactNode, useState } from "react";
import type { Rated, TopUsers, Utilization } from "../api/analytics.ts";
import { Link } from "../router.tsx";

/** A long list cut in the middle: the first ones and the last ones, until all are asked for. */
function Folded<Item>({
  items,
  first,
  last,
  className,
  style,
  row,
  range,
  more,
}: {
  items: readonly Item[];
  first: number;
  last: number;
  className: string;
  style?: CSSProperties;
  row(item: Item): ReactNode;
  /** Between what the left out ones lie, given the lowest and the highest of them. */
  range(lowest: Item, highest: Item): string;
  /** What the button says that shows all. */
  more: string;
}): ReactNode {
  const [all, setAll] = useState(false);
  const canFold = items.length > first + last + 1;
  const folds = canFold && !all;
  const between = folds ? items.slice(first, -last) : [];
  const [highest, lowest] = [between[0], between.at(-1)];
  return (
    <>
      <ul className={`ranked ${className}`} style={style}>
        {(folds ? items.slice(0, first) : items).map(row)}
        {highest !== undefined && lowest !== undefined && (
          <li className="between">
            <span>{between.length} more</span>
            <i />
            <span>{range(lowest, highest)}</span>
          </li>
        )}
        {folds && items.slice(-last).map(row)}
      </ul>
      {canFold && (
        <button type="button" className="link chart-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : more}
        </button>
      )}
    </>
  );
}

/** The average of how much the rooms are used, in percent. */
export const averageUse = (rooms: Utilization["rooms"]): number =>
  rooms.reduce((sum, one) => sum + one.utilization_percentage, 0) / Math.max(1, rooms.length);

/** How much of its working hours each room is booked. */
export function UseOfRooms({ rooms }: { rooms: Utilization["rooms"] }): ReactNode {
  const whole = ({ utilization_percentage: percentage }: (typeof rooms)[number]): string => `${Math.round(percentage)} %`;
  return (
    <Folded
      items={rooms}
      first={8}
      last={4}
      className="ranked-use"
      style={{ "--average": Math.min(1, averageUse(rooms) / 100) } as CSSProperties}
      range={(lowest, highest) => `between ${whole(lowest)} and ${whole(highest)}`}
      more={`All ${rooms.length} rooms`}
      row={(one) => (
        <li key={one.room_id}>
          <span className="ranked-name">{one.room_name}</span>
          <span className="track">
            <i style={{ "--share": Math.min(1, one.utilization_percentage / 100) } as CSSProperties} />
          </span>
          <strong>{whole(one)}</strong>
          <span className="quiet small">{one.total_hours_booked.toFixed(1)} h</span>
        </li>
      )}
    />
  );
}

/** Who books most. */
export function TopBookers({ users }: { users: TopUsers["users"] }): ReactNode {
  const most = users[0]?.booking_count ?? 1;
  return (
    <>
      <ol className="ranked ranked-people">
        {users.map((one, index) => (
          <li key={one.user_id}>
            <span className="quiet small">{index + 1}</span>
            <span className="ranked-name">{one.name}</span>
            <strong>{one.booking_count}</strong>
            <span className="track track-thin">
              <i style={{ "--share": one.booking_count / most } as CSSProperties} />
            </span>
          </li>
        ))}
      </ol>
      <Link to="/users" className="chart-more">
        All people
      </Link>
    </>
  );
}

/** What each room is thought of, on a line from 1 to 5. */
export function Ratings({ rooms }: { rooms: readonly Rated[] }): ReactNode {
  const rated = rooms.filter((one): one is Rated & { average_rating: number } => one.average_rating !== null);
  return (
    <>
      <p className="ratings-axis quiet small" aria-hidden="true">
        {[1, 2, 3, 4, 5].map((stars) => (
          <span key={stars}>{stars}</span>
        ))}
      </p>
      <Folded
        items={rated}
        first={8}
        last={1}
        className="ranked-ratings"
        range={(lowest, highest) => `${lowest.average_rating.toFixed(1)} to ${highest.average_rating.toFixed(1)}`}
        more="All ratings"
        row={(one) => (
          <li key={one.room_id}>
            <span className="ranked-name">{one.room_name}</span>
            <span className="scale" style={{ "--share": (one.average_rating - 1) / 4 } as CSSProperties}>
              <i />
            </span>
            <strong>{one.average_rating.toFixed(1)}</strong>
            <span className="quiet small">{one.review_count}</span>
          </li>
        )}
      />
    </>
  );
}
