import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { RoomDay } from "../api/types.ts";
import { at, clockOf, dayMonth, lengthOf, weekday } from "../times.ts";
import { type Draft, gapAt, type Span, STEP } from "./draft.ts";

const quarters = (from: number, to: number): number[] => {
  const count = Math.max(0, Math.floor((to - from) / STEP) + 1);
  return Array.from({ length: count }, (_, index) => from + index * STEP);
};

const until = (gap: Span | undefined): string => (gap && gap.to < 1440 ? `free until ${clockOf(gap.to)}` : "nothing after it");

/** The card, on a phone the sheet, in which a draft becomes a booking. */
export function BookForm({
  room,
  draft,
  day,
  gaps,
  isSheet = false,
  change,
  onBook,
  onClose,
}: {
  room: RoomDay;
  draft: Draft;
  day: string;
  gaps: readonly Span[];
  isSheet?: boolean;
  change(changes: Partial<Draft>): void;
  onBook(): void;
  onClose(): void;
}): ReactNode {
  const id = useId();
  const [untitled, setUntitled] = useState(false);
  const { from, to, title, fault } = draft;
  const gap = gapAt(gaps, from);
  const length = lengthOf(to - from);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (title.trim() === "") {
      setUntitled(true);
      document.getElementById(`${id}-title`)?.focus();
    } else onBook();
  };
  const begin = (next: number): void => {
    const within = gapAt(gaps, next);
    const most = within?.to ?? next + 60;
    change({ from: next, to: to > next && to <= most ? to : Math.min(next + 60, most) });
  };
  const starts = gaps.flatMap((one) => quarters(one.from, one.to - STEP));
  const ends = gap ? quarters(from + STEP, Math.min(gap.to, from + 720)) : [to];

  return (
    <form className="book-form" onSubmit={submit} noValidate>
      <div className="field">
        <label htmlFor={`${id}-title`}>Title</label>
        <input
          id={`${id}-title`}
          data-first=""
          maxLength={200}
          autoComplete="off"
          value={title}
          aria-invalid={untitled || undefined}
          aria-describedby={`${id}-fault`}
          onChange={(event) => {
            setUntitled(false);
            change({ title: event.target.value });
          }}
        />
      </div>
      {isSheet && (
        <div className="field">
          <span className="field-label">Day</span>
          <p className="field-fixed">
            {weekday(at(day, 720))} {dayMonth(at(day, 720))}
          </p>
        </div>
      )}
      <div className="pair">
        <div className="field">
          <label htmlFor={`${id}-from`}>From</label>
          <select id={`${id}-from`} value={from} onChange={(event) => begin(Number(event.target.value))}>
            {starts.map((minutes) => (
              <option key={minutes} value={minutes}>
                {clockOf(minutes)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-to`}>To</label>
          <select id={`${id}-to`} value={to} onChange={(event) => change({ to: Number(event.target.value) })}>
            {ends.map((minutes) => (
              <option key={minutes} value={minutes}>
                {clockOf(minutes)}
              </option>
            ))}
          </select>
        </div>
      </div>
      <p className="fault" id={`${id}-fault`} role="alert">
        {untitled ? "Give the booking a title." : fault}
      </p>
      {isSheet ? (
        <button type="submit" className="button button-primary button-wide button-tall">
          Book for {length}
        </button>
      ) : (
        <div className="book-foot">
          <span className="quiet small">
            {length} · {until(gap)}
          </span>
          <button type="button" className="button button-quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" aria-label={`Book ${room.name}`}>
            Book
          </button>
        </div>
      )}
    </form>
  );
}

export const seats = (capacity: number): string => (capacity === 1 ? "1 seat" : `${capacity} seats`);

/** What is said beside a room's name. */
export const roomFacts = ({ capacity, location }: RoomDay): string => `${seats(capacity)} · ${location}`;
