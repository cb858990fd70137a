import { type ReactNode, useState } from "react";
import { postReview } from "../api/bookings.ts";
import { faultOf } from "../api/call.ts";
import type { Booking } from "../api/types.ts";
import { useAttempt } from "../api/use-attempt.ts";
import { StarInput } from "../parts/star-input.tsx";
import { Link } from "../router.tsx";
import { shortDay } from "../times.ts";

/** Rooms that somebody has met in and not rated: one press on a star does. */
export function RateCard({ bookings, onRated }: { bookings: readonly Booking[]; onRated(): void }): ReactNode {
  const [given, setGiven] = useState<Record<number, number>>({});
  const { error, run } = useAttempt();
  const rate = (room: number, rating: number): Promise<void> =>
    run(async () => {
      setGiven((before) => ({ ...before, [room]: rating }));
      try {
        await postReview(room, rating, "");
        onRated();
      } catch (refused) {
        setGiven(({ [room]: _, ...others }) => others);
        throw refused;
      }
    });
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
            onChange={(rating) => void rate(room_id, rating)}
          />
        </div>
      ))}
      {error && (
        <p className="fault" role="alert">
          {faultOf(error, "reviews")}
        </p>
      )}
    </section>
  );
}
