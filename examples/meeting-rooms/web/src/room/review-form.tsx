import { type FormEvent, type ReactNode, useState } from "react";
import { faultOf } from "../api/call.ts";
import type { Review } from "../api/types.ts";
import { useAttempt } from "../api/use-attempt.ts";
import { StarInput } from "../parts/star-input.tsx";

const LONGEST = 500;

/** A rating and some words: a new review, or one's own anew. */
export function ReviewForm({
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
  const [unrated, setUnrated] = useState(false);
  const { busy, error, run } = useAttempt();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setUnrated(rating === 0);
    if (rating > 0) void run(() => onSend(rating, comment));
  };
  const fault = unrated ? "Choose a number of stars." : error && faultOf(error, "reviews");
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
