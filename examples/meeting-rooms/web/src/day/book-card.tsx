import { type CSSProperties, type ReactNode, useId } from "react";
import type { RoomDay } from "../api/types.ts";
import { roomFacts } from "../room/facts.ts";
import { clockOf, lengthOf, OPENS } from "../times.ts";
import { BookForm } from "./book-form.tsx";
import { type Draft, gapAt, gapsOf } from "./draft.ts";
import type { DayProps } from "./lane.tsx";

/** Rows of rooms that the card needs below or above a block. */
const CARD_ROWS = 4.6;

/** On a desk: the card under a draft's block, above it where there is no room, in which it becomes a booking. */
export function BookCard({
  room,
  row,
  rows,
  draft,
  day,
  now,
  setDraft,
  onBook,
  onClose,
}: Pick<DayProps, "day" | "now" | "setDraft" | "onBook"> & {
  room: RoomDay;
  /** Which of the rows the room is. */
  row: number;
  rows: number;
  draft: Draft;
  onClose(): void;
}): ReactNode {
  const id = useId();
  const gaps = gapsOf(room, day, now);
  const gap = gapAt(gaps, draft.from);
  const above = row >= CARD_ROWS && rows - row - 1 < CARD_ROWS;
  return (
    <div
      className="book-card"
      role="dialog"
      aria-labelledby={id}
      data-above={above || undefined}
      style={{ "--row": row, "--from": Math.max(0, (draft.from - OPENS) / 60), "--rows": rows } as CSSProperties}
      ref={(card) => {
        if (!card || card.contains(document.activeElement)) return;
        card.querySelector<HTMLElement>("[data-first]")?.focus();
        card.scrollIntoView({ block: "nearest" });
      }}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <header>
        <h2 className="subhead" id={id}>
          Book {room.name}
        </h2>
        <span className="quiet small">{roomFacts(room)}</span>
      </header>
      <BookForm
        draft={draft}
        gaps={gaps}
        foot={
          <div className="book-foot">
            <span className="quiet small">
              {lengthOf(draft.to - draft.from)} · {gap && gap.to < 1440 ? `free until ${clockOf(gap.to)}` : "nothing after it"}
            </span>
            <button type="button" className="button button-quiet" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" className="button button-primary" aria-label={`Book ${room.name}`}>
              Book
            </button>
          </div>
        }
        change={(changes) => setDraft({ ...draft, ...changes })}
        onBook={() => onBook(draft)}
      />
    </div>
  );
}
