import { type CSSProperties, type ReactNode, useState } from "react";
import type { Rated, TopUsers, Utilization } from "../api/analytics.ts";

/** A long list cut in the middle. */
interface Folded<Item> {
  head: readonly Item[];
  between: readonly Item[];
  tail: readonly Item[];
  all: boolean;
  setAll(all: boolean): void;
}

/** The first ones and the last ones of what is longer than both, until all are asked for. */
function useFolded<Item>(items: readonly Item[], first: number, last: number): Folded<Item> {
  const [all, setAll] = useState(false);
  const folds = !all && items.length > first + last + 1;
  return {
    head: folds ? items.slice(0, first) : items,
    between: folds ? items.slice(first, -last) : [],
    tail: folds ? items.slice(-last) : [],
    all,
    setAll,
  };
}

function More({ all, setAll, words }: { all: boolean; setAll(all: boolean): void; words: string }): ReactNode {
  return (
    <button type="button" className="link chart-more" aria-expanded={all} onClick={() => setAll(!all)}>
      {all ? "Show fewer" : words}
    </button>
  );
}

const Between = ({ count, words }: { count: number; words: string }): ReactNode => (
  <li className="between">
    <span>{count} more</span>
    <i />
    <span>{words}</span>
  </li>
);

/** How much of its working hours each room is booked. */
export function UseOfRooms({ rooms }: { rooms: Utilization["rooms"] }): ReactNode {
  const { head, tail, between, all, setAll } = useFolded(rooms, 8, 4);
  const average = rooms.reduce((sum, one) => sum + one.utilization_percentage, 0) / Math.max(1, rooms.length);
  const row = (one: (typeof rooms)[number]): ReactNode => (
    <li key={one.room_id}>
      <span className="ranked-name">{one.room_name}</span>
      <span className="track">
        <i style={{ "--share": Math.min(1, one.utilization_percentage / 100) } as CSSProperties} />
      </span>
      <strong>{Math.round(one.utilization_percentage)} %</strong>
      <span className="quiet small">{one.total_hours_booked.toFixed(1)} h</span>
    </li>
  );
  return (
    <>
      <ul className="ranked ranked-use" style={{ "--average": Math.min(1, average / 100) } as CSSProperties}>
        {head.map(row)}
        {between.length > 0 && (
          <Between
            count={between.length}
            words={`between ${Math.round(between.at(-1)?.utilization_percentage ?? 0)} % and ${Math.round(between[0]?.utilization_percentage ?? 0)} %`}
          />
        )}
        {tail.map(row)}
      </ul>
      {rooms.length > 13 && <More all={all} setAll={setAll} words={`All ${rooms.length} rooms`} />}
    </>
  );
}

/** Who books most. */
export function TopBookers({ users }: { users: TopUsers["users"] }): ReactNode {
  const most = users[0]?.booking_count ?? 1;
  return (
    <ol className="ranked ranked-people">
      {users.map((one, index) => (
        <li key={one.user_id}>
          <span className="quiet small">{index + 1}</span>
          <span>{one.name}</span>
          <strong>{one.booking_count}</strong>
          <span className="track track-thin">
            <i style={{ "--share": one.booking_count / most } as CSSProperties} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** What each room is thought of, on a line from 1 to 5. */
export function Ratings({ rooms }: { rooms: readonly Rated[] }): ReactNode {
  const rated = rooms.filter((one): one is Rated & { average_rating: number } => one.average_rating !== null);
  const { head, tail, between, all, setAll } = useFolded(rated, 8, 1);
  const row = (one: (typeof rated)[number]): ReactNode => (
    <li key={one.room_id}>
      <span className="ranked-name">{one.room_name}</span>
      <span className="scale" style={{ "--share": (one.average_rating - 1) / 4 } as CSSProperties}>
        <i />
      </span>
      <strong>{one.average_rating.toFixed(1)}</strong>
      <span className="quiet small">{one.review_count}</span>
    </li>
  );
  return (
    <>
      <p className="ratings-axis quiet small" aria-hidden="true">
        {[1, 2, 3, 4, 5].map((stars) => (
          <span key={stars}>{stars}</span>
        ))}
      </p>
      <ul className="ranked ranked-ratings">
        {head.map(row)}
        {between.length > 0 && (
          <Between
            count={between.length}
            words={`${between.at(-1)?.average_rating.toFixed(1)} to ${between[0]?.average_rating.toFixed(1)}`}
          />
        )}
        {tail.map(row)}
      </ul>
      {rated.length > 10 && <More all={all} setAll={setAll} words="All ratings" />}
    </>
  );
}
