import { type ReactNode, useState } from "react";
import { postReview } from "../api/bookings.ts";
import { ApiError } from "../api/call.ts";
import type { Booking } from "../api/types.ts";
import { StarInput } from "../parts/star-input.tsx";
import { Link } from "../router.tsx";
import { shortDay } from "../times.ts";

/** Rooms that somebody has met in and not rated: one press on a star does. */
export function RateCard({ bookings, onRated }: { bookings: readonly Booking[]; onRated(): void }): ReactNode {
  const [given, setGiven] = useState<Record<number, number>>({});
  const [fault, setFault] = useState<string>();
  const rate = (room: number, rating: number): void => {
    setGiven((before) => ({ ...before, [room]: rating }));
    setFault(undefined);
    postReview(room, rating, "").then(onRated, (error: unknown) => {
      setFault(error instanceof ApiError && error.status > 0 ? error.message : "The reviews service does not answer.");
      setGiven(({ [room]: _, ...others }) => others);
    });
  };
  return (
    <section className="card rate-card" aria-labelledby="rate-title">
      <h2 className="subhead" id="rate-title">
        Rooms to rate
      </h2>
      <p className="quiet">You met here and have not said how it was.</p>
      {bookings.map(({ room_id, room_name, starts_at }) => (
        <div key={room_id} className="rate-row">
          <p>
            <Link to={`/rooms/${room_id}`}>{room_name}</Link>
            <span className="quiet small">{shortDay(starts_at)}</span>
          </p>
          <StarInput
            label={`How was ${room_name}?`}
            name={`rate-${room_id}`}
            value={given[room_id] ?? 0}
            onChange={(rating) => rate(room_id, rating)}
          />
        </div>
      ))}
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </section>
  );
}
