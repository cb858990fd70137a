import { type CSSProperties, type ReactNode, useState } from "react";
import { postReview } from "../api/bookings.ts";
import { call, faultOf } from "../api/call.ts";
import { useSession } from "../api/session.ts";
import type { Booking, Review, Room } from "../api/types.ts";
import { useAttempt } from "../api/use-attempt.ts";
import { Stars } from "../parts/icon.tsx";
import { Avatar } from "../parts/person.tsx";
import { Empty } from "../parts/states.tsx";
import { dayMonth, fullDate } from "../times.ts";
import { averageOf, reviewCount } from "./rating.ts";
import { ReviewForm } from "./review-form.tsx";

/** Reviews that are shown before one asks for more. */
const FEW = 5;

/** How often each number of stars was given. */
function Distribution({ reviews }: { reviews: readonly Review[] }): ReactNode {
  const average = averageOf(reviews);
  const counts = [5, 4, 3, 2, 1].map((stars) => ({ stars, count: reviews.filter(({ rating }) => rating === stars).length }));
  const most = Math.max(...counts.map(({ count }) => count));
  return (
    <div className="distribution">
      <p>
        <strong className="big">{average.toFixed(1)}</strong>
        <Stars rating={average} />
        <span className="quiet small">{reviewCount(reviews.length)}</span>
      </p>
      <ul>
        {counts.map(({ stars, count }) => (
          <li key={stars}>
            <span>{stars === 1 ? "1 star" : `${stars} stars`}</span>
            <span className="track track-low track-brass">
              <i style={{ "--share": count / most } as CSSProperties} />
            </span>
            <span className="numbers">{count}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function ReviewItem({ review, onEdit, onDelete }: { review: Review; onEdit(): void; onDelete(): void }): ReactNode {
  const { me } = useSession();
  const who = review.username ?? "Somebody who left";
  const removal = review.own ? "Delete" : "Remove";
  return (
    <li>
      <header>
        <Avatar name={who} />
        <p>
          {who}
          <span className="quiet small">
            <Stars rating={review.rating} size={13} /> {fullDate(review.created_at)}
          </span>
        </p>
        {review.own && (
          <button type="button" className="link link-quiet" onClick={onEdit}>
            Edit
          </button>
        )}
        {(review.own || me.role === "admin") && (
          <button type="button" className="link link-quiet" aria-label={`${removal} the review of ${who}`} onClick={onDelete}>
            {removal}
          </button>
        )}
      </header>
      {review.comment && <p>{review.comment}</p>}
    </li>
  );
}

/** What people say of a room, and the form for who has met there. */
export function Reviews({
  room,
  reviews,
  met,
  reload,
}: {
  room: Room;
  reviews: readonly Review[];
  met: Booking | undefined;
  reload(): void;
}): ReactNode {
  const [all, showAll] = useState(false);
  const [editing, setEditing] = useState(false);
  const { error, run } = useAttempt();
  const own = reviews.find((review) => review.own);
  const remove = (id: number): Promise<void> =>
    run(async () => {
      await call(`/reviews/${id}`, { method: "DELETE" });
      reload();
    });
  return (
    <section className="card reviews" aria-labelledby="reviews-title">
      <h2 className="subhead" id="reviews-title">
        Reviews
      </h2>
      {reviews.length > 0 && <Distribution reviews={reviews} />}
      {met && !own && (
        <ReviewForm
          title={`You met in ${room.name} on ${dayMonth(met.starts_at)}. How was it?`}
          onSend={async (rating, comment) => {
            await postReview(room.id, rating, comment);
            reload();
          }}
        />
      )}
      {own && editing && (
        <ReviewForm
          title="Your review"
          review={own}
          onKeep={() => setEditing(false)}
          onSend={async (rating, comment) => {
            await call(`/reviews/${own.id}`, { method: "PATCH", body: { rating, comment: comment.trim() || null } });
            setEditing(false);
            reload();
          }}
        />
      )}
      {reviews.length === 0 && (
        <Empty level={3} icon="stars" title="No reviews yet" text={`Whoever has met in ${room.name} can write the first.`} />
      )}
      {error && (
        <p className="fault" role="alert">
          {faultOf(error, "reviews")}
        </p>
      )}
      <ul className="review-list">
        {reviews.slice(0, all ? undefined : FEW).map((review) => (
          <ReviewItem key={review.id} review={review} onEdit={() => setEditing(true)} onDelete={() => void remove(review.id)} />
        ))}
      </ul>
      {reviews.length > FEW && !all && (
        <button type="button" className="link" onClick={() => showAll(true)}>
          Show {reviews.length - FEW} more
        </button>
      )}
    </section>
  );
}
