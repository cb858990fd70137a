import type { ReactNode } from "react";
import type { RoomDay } from "../api/types.ts";
import { DayField } from "../parts/day-field.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { seats } from "../room/facts.ts";
import { clockOf, dayOf, lengthOf } from "../times.ts";
import { BookForm } from "./book-form.tsx";
import { type Draft, gapAt, gapsOf } from "./draft.ts";
import type { DayProps } from "./lane.tsx";

/** On a phone: the sheet in which what was chosen becomes a booking, on this day or another. */
export function BookSheet({
  room,
  draft,
  day,
  now,
  setDraft,
  moveDraft,
  onBook,
  onClose,
}: Pick<DayProps, "day" | "now" | "setDraft" | "moveDraft"> & {
  room: RoomDay;
  draft: Draft;
  onBook(): void;
  onClose(): void;
}): ReactNode {
  const gaps = gapsOf(room, day, now);
  const until = gapAt(gaps, draft.from)?.to;
  const isMoving = draft.phase === "moving";
  const free = until === undefined ? "" : until < 1440 ? ` Free until ${clockOf(until)}.` : " Free for the rest of the day.";
  return (
    <Dialog title={`Book ${room.name}`} note={`${seats(room.capacity)}, ${room.location}.${isMoving ? "" : free}`} onClose={onClose}>
      <BookForm
        draft={draft}
        gaps={gaps}
        dayField={<DayField label="Day" value={day} min={dayOf(now)} onChange={(next) => moveDraft(draft, next)} />}
        foot={
          <button type="submit" className="button button-primary button-wide button-tall" aria-busy={isMoving}>
            Book for {lengthOf(draft.to - draft.from)}
          </button>
        }
        change={(changes) => setDraft({ ...draft, ...changes })}
        onBook={onBook}
      />
    </Dialog>
  );
}
