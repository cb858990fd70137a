import type { ReactNode } from "react";
import type { RoomDay } from "../api/types.ts";
import { Icon } from "../parts/icon.tsx";
import { clockOf } from "../times.ts";
import { Block, DraftBlock, place } from "./block.tsx";
import { type Draft, gapsOf, type Span } from "./draft.ts";
import { useDrag } from "./use-drag.ts";

/** A day in all rooms, and what is being booked in it. */
export interface DayProps {
  rooms: readonly RoomDay[];
  day: string;
  now: number;
  draft: Draft | undefined;
  /** Average ratings by room, where they are known. */
  ratings: ReadonlyMap<number, number>;
  setDraft(draft: Draft | undefined): void;
  /** Takes the draft to another day, which is read first. */
  moveDraft(draft: Draft, day: string): void;
  onBook(draft: Draft): void;
}

/** A span that was chosen, as a draft that keeps the title of the one before. */
export const drafted = (roomId: number, day: string, span: Span, before: Draft | undefined, done: boolean): Draft => ({
  roomId,
  day,
  from: span.from,
  to: span.to,
  title: before?.title ?? "",
  phase: done ? "open" : "dragged",
});

/** What a press, or Enter, would book. */
export const FreeSlot = ({ from }: Span): ReactNode => (
  <>
    <Icon name="plus" size={16} /> {clockOf(from)}
  </>
);

/** A room's day from eight to six, in which one books by pressing or dragging. */
export function Lane({
  room,
  day,
  now,
  draft,
  setDraft,
  className,
  role,
}: Pick<DayProps, "day" | "now" | "draft" | "setDraft"> & { room: RoomDay; className: string; role?: "gridcell" }): ReactNode {
  const gaps = gapsOf(room, day, now);
  const own = draft?.roomId === room.id ? draft : undefined;
  const { handlers, hover } = useDrag({
    gaps,
    draft: own,
    onDraft: (span, done) => setDraft(drafted(room.id, day, span, draft, done)),
  });
  return (
    <div className={className} role={role} {...handlers} data-off={!room.is_available || undefined}>
      {!room.is_available && <span className="lane-off">Not available for booking</span>}
      {room.busy.map((busy) => (
        <Block key={`${busy.starts_at} ${busy.booking_id ?? ""}`} busy={busy} day={day} now={now} />
      ))}
      {hover && !own && (
        <span className="slot" style={place(hover.from, hover.to)} aria-hidden="true">
          <FreeSlot {...hover} />
        </span>
      )}
      {own && <DraftBlock draft={own} />}
    </div>
  );
}
