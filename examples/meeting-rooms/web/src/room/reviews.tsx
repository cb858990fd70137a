import { type CSSProperties, type FormEvent, type ReactNode, useState } from "react";
import { postReview } from "../api/bookings.ts";
import { ApiError, call } from "../api/call.ts";
import { useSession } from "../api/session.ts";
import type { Booking, Review, Room } from "../api/types.ts";
import { Stars } from "../parts/icon.tsx";
import { Avatar } from "../parts/person.tsx";
import { StarInput } from "../parts/star-input.tsx";
import { Empty } from "../parts/states.tsx";
import { dayMonth, fullDate } from "../times.ts";

/** Reviews that are shown before one asks for more. */
const FEW = 5;

const LONGEST = 500;

const faultOf = (error: unknown): string =>
  error instanceof ApiError && error.status > 0 && error.status < 500
    ? (error.errors[0]?.message ?? error.message)
    : "The reviews service does not answer. Try again.";

/** A rating and some words: a new review, or one's own anew. */
function ReviewForm({
  title,
  review,
  onSend,
  onKeep,
}: {
  title: string;
  review?: Review;
  onSend(rating: number, comment: string): Promise<void>;
  onKeep?(): void;
}): ReactNode {
  const [rating, setRating] = useState(review?.rating ?? 0);
  const [comment, setComment] = useState(review?.comment ?? "");
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (rating === 0) return setFault("Choose a number of stars.");
    setBusy(true);
    try {
      await onSend(rating, comment);
    } catch (error) {
      setFault(faultOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="review-form" onSubmit={submit}>
      <header>
        <h3>{title}</h3>
        <StarInput label="Your rating" name="rating" value={rating} onChange={setRating} />
      </header>
      <textarea
        aria-label="What you would tell others"
        rows={2}
        maxLength={LONGEST}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
      <footer>
        <span className={fault ? "fault" : "quiet small"} role={fault ? "alert" : undefined}>
          {fault ?? `${comment.length} of ${LONGEST} characters`}
        </span>
        {onKeep && (
          <button type="button" className="button button-quiet" onClick={onKeep}>
            Keep as it is
          </button>
        )}
        <button type="submit" className="button" aria-busy={busy}>
          {review ? "Save review" : "Post review"}
        </button>
      </footer>
    </form>
  );
}

/** How often each number of stars was given. */
function Distribution({ reviews }: { reviews: readonly Review[] }): ReactNode {
  const average = reviews.reduce((sum, { rating }) => sum + rating, 0) / reviews.length;
  const counts = [5, 4, 3, 2, 1].map((stars) => ({ stars, count: reviews.filter(({ rating }) => rating === stars).length }));
  const most = Math.max(...counts.map(({ count }) => count));
  return (
    <div className="distribution">
      <p>
        <strong className="big">{average.toFixed(1)}</strong>
        <Stars rating={average} />
        <span className="quiet small">{reviews.length === 1 ? "1 review" : `${reviews.length} reviews`}</span>
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
  const { me } = useSession();
  const [all, showAll] = useState(false);
  const [editing, setEditing] = useState(false);
  const [fault, setFault] = useState<string>();
  const own = reviews.find((review) => review.own);
  const remove = (id: number): void => {
    setFault(undefined);
    call(`/reviews/${id}`, { method: "DELETE" }).then(reload, (error: unknown) => setFault(faultOf(error)));
  };
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
        <Empty level={3} icon="pin" title="No reviews yet" text={`Whoever has met in ${room.name} can write the first.`} />
      )}
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <ul className="review-list">
        {reviews.slice(0, all ? undefined : FEW).map((review) => {
          const who = review.username ?? "Somebody who left";
          return (
            <li key={review.id}>
              <header>
                <Avatar name={who} />
                <p>
                  {who}
                  <span className="quiet small">
                    <Stars rating={review.rating} size={13} /> {fullDate(review.created_at)}
                  </span>
                </p>
                {review.own && (
                  <button type="button" className="link link-quiet" onClick={() => setEditing(true)}>
                    Edit
                  </button>
                )}
                {(review.own || me.role === "admin") && (
                  <button
                    type="button"
                    className="link link-quiet"
                    aria-label={`${review.own ? "Delete" : "Remove"} the review of ${who}`}
                    onClick={() => remove(review.id)}
                  >
                    {review.own ? "Delete" : "Remove"}
                  </button>
                )}
              </header>
              {review.comment && <p>{review.comment}</p>}
            </li>
          );
        })}
      </ul>
      {reviews.length > FEW && !all && (
        <button type="button" className="link" onClick={() => showAll(true)}>
          Show {reviews.length - FEW} more
        </button>
      )}
    </section>
  );
}
