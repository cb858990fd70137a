import { type CSSProperties, type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import type { RoomDay } from "../api/types.ts";
import { Star } from "../parts/icon.tsx";
import { Link } from "../router.tsx";
import { CLOSES, clockOf, dayOf, minutesIn, OPENS } from "../times.ts";
import { Block, DraftBlock, place } from "./block.tsx";
import { BookForm, roomFacts } from "./book-form.tsx";
import { type Draft, gapAt, gapsOf, hourFrom, type Span, takenOf } from "./draft.ts";
import { useDrag } from "./use-drag.ts";

const HOURS = Array.from({ length: (CLOSES - OPENS) / 60 }, (_, hour) => OPENS / 60 + hour);

/** Minutes that an arrow key moves. */
const STRIDE = 30;

/** Rows of room that the card needs below or above a block. */
const CARD_ROWS = 4.6;

export interface DayProps {
  rooms: readonly RoomDay[];
  day: string;
  now: number;
  draft: Draft | undefined;
  /** Average ratings by room, where they are known. */
  ratings: ReadonlyMap<number, number>;
  setDraft(draft: Draft | undefined): void;
  onBook(draft: Draft): void;
}

/** A span that was chosen, as a draft that keeps the title of the one before. */
export const drafted = (roomId: number, span: Span, before: Draft | undefined, done: boolean): Draft => ({
  roomId,
  ...span,
  title: before?.title ?? "",
  phase: done ? "open" : "dragged",
});

function describe(room: RoomDay, day: string, now: number, minute: number): string {
  const where = `${room.name}, ${clockOf(minute)}`;
  if (!room.is_available) return `${where}, not available for booking`;
  const gap = gapAt(gapsOf(room, day, now), minute);
  if (gap) return gap.to < 1440 ? `${where}, free until ${clockOf(gap.to)}` : `${where}, free for the rest of the day`;
  const taken = takenOf(room, day).find(({ from, to }) => minute >= from && minute < to);
  return taken ? `${where}, booked until ${clockOf(taken.to)}` : `${where}, past`;
}

function Row({
  room,
  day,
  now,
  draft,
  ratings,
  setDraft,
  cell,
  index,
}: DayProps & { room: RoomDay; cell: ReactNode; index: number }): ReactNode {
  const gaps = gapsOf(room, day, now);
  const own = draft?.roomId === room.id ? draft : undefined;
  const drag = useDrag({ gaps, draft: own, onDraft: (span, done) => setDraft(drafted(room.id, span, draft, done)) });
  const rating = ratings.get(room.id);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names its active cell
    // biome-ignore lint/a11y/useSemanticElements: a grid of lanes is no table
    <div className="grid-row" role="row" aria-rowindex={index + 1}>
      {/* biome-ignore lint/a11y/useFocusableInteractive: its link has the focus */}
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div className="grid-room" role="rowheader">
        <Link to={`/rooms/${room.id}`}>{room.name}</Link>
        {rating !== undefined && (
          <span className="rating">
            <Star size={14} /> <span className="hidden">rated </span>
            {rating.toFixed(1)}
          </span>
        )}
        <span className="quiet small">{roomFacts(room)}</span>
      </div>
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div className="lane" role="gridcell" {...drag} data-off={!room.is_available || undefined}>
        {!room.is_available && <span className="lane-off">Not available for booking</span>}
        {room.busy.map((busy) => (
          <Block key={`${busy.starts_at} ${busy.booking_id ?? ""}`} busy={busy} day={day} now={now} />
        ))}
        {gaps.length > 0 && !own && <Hover />}
        {own && <DraftBlock draft={own} />}
      </div>
      {cell}
    </div>
  );
}

/** The quarter hour under the pointer, drawn by the lane's own style alone. */
const Hover = (): ReactNode => <i className="lane-hover" aria-hidden="true" />;

/** A day on a desk: each room a lane, from eight to six. */
export function DayGrid(props: DayProps): ReactNode {
  const { rooms, day, now, draft, setDraft, onBook } = props;
  const id = useId();
  const wrap = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState({
    row: 0,
    minute: Math.min(CLOSES - STRIDE, Math.max(OPENS, Math.ceil(minutesIn(day, now) / STRIDE) * STRIDE || OPENS)),
    length: 0,
  });
  const [focused, setFocused] = useState(false);
  const minute = minutesIn(day, now);
  const isToday = day === dayOf(now);
  const showsNow = isToday && minute >= OPENS && minute < CLOSES;
  const past = isToday ? Math.min(CLOSES, Math.max(OPENS, minute)) : day < dayOf(now) ? CLOSES : OPENS;
  const row = Math.min(cursor.row, rooms.length - 1);
  const target = rooms[row];

  const move = (row: number, minute: number, length = 0): void =>
    setCursor({
      row: Math.max(0, Math.min(rooms.length - 1, row)),
      minute: Math.max(OPENS, Math.min(CLOSES - STRIDE, minute)),
      length,
    });
  const open = (): void => {
    const gap = target && gapAt(gapsOf(target, day, now), cursor.minute);
    if (!target || !gap) return;
    const span =
      cursor.length > 0 ? { from: cursor.minute, to: Math.min(gap.to, cursor.minute + cursor.length) } : hourFrom(gap, cursor.minute);
    setDraft(drafted(target.id, span, draft, true));
  };
  const places: Record<string, readonly [row: number, minute: number]> = {
    ArrowRight: [row, cursor.minute + STRIDE],
    ArrowLeft: [row, cursor.minute - STRIDE],
    ArrowDown: [row + 1, cursor.minute],
    ArrowUp: [row - 1, cursor.minute],
    Home: [row, OPENS],
    End: [row, CLOSES - STRIDE],
    n: [row, Math.ceil(minute / STRIDE) * STRIDE],
    N: [row, Math.ceil(minute / STRIDE) * STRIDE],
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== grid.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, shiftKey } = event;
    const place = places[key];
    if (shiftKey && (key === "ArrowRight" || key === "ArrowLeft")) {
      const length = (cursor.length || 60) + (key === "ArrowRight" ? STRIDE : -STRIDE);
      move(row, cursor.minute, Math.max(STRIDE, Math.min(720, length)));
    } else if (place) move(...place);
    else if (key === "Enter" || key === " ") open();
    else return;
    event.preventDefault();
  };
  const close = (): void => {
    setDraft(undefined);
    grid.current?.focus({ preventScroll: true });
  };

  const drawnRow = rooms.findIndex(({ id }) => id === draft?.roomId);
  const drawn = rooms[drawnRow];
  const above = drawnRow >= CARD_ROWS && rooms.length - drawnRow - 1 < CARD_ROWS;
  const cell = (index: number): ReactNode =>
    index === row && target ? (
      // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names this as its active cell
      // biome-ignore lint/a11y/useSemanticElements: as above
      <div
        id={`${id}-cell`}
        role="gridcell"
        className="grid-cursor"
        data-shown={focused || undefined}
        style={place(cursor.minute, cursor.minute + (cursor.length || STRIDE))}
        aria-label={describe(target, day, now, cursor.minute)}
      />
    ) : null;

  return (
    <div
      className="grid-wrap"
      ref={wrap}
      style={{ "--now": (minute - OPENS) / 60, "--over": (past - OPENS) / 60 } as CSSProperties}
      onScrollCapture={(event) => wrap.current?.style.setProperty("--scrolled", `${(event.target as HTMLElement).scrollLeft}px`)}
    >
      <div className="grid-scroll">
        {/* biome-ignore lint/a11y/useSemanticElements: a grid of lanes is no table */}
        <div
          ref={grid}
          className="grid"
          role="grid"
          tabIndex={0}
          aria-label="Rooms and when they are free. Arrow keys move, Enter books."
          aria-rowcount={rooms.length}
          aria-activedescendant={focused ? `${id}-cell` : undefined}
          onKeyDown={onKeyDown}
          onFocus={(event) => setFocused(event.target === event.currentTarget && event.currentTarget.matches(":focus-visible"))}
          onBlur={() => setFocused(false)}
        >
          <div className="grid-axis" role="presentation" aria-hidden="true">
            <span>Room</span>
            {HOURS.map((hour) => (
              <span key={hour} data-hidden={(showsNow && Math.abs(hour * 60 - minute) < 24) || undefined}>
                {clockOf(hour * 60)}
              </span>
            ))}
            {showsNow && <span className="now-pill">{clockOf(minute)}</span>}
          </div>
          {showsNow && <i className="now-line" aria-hidden="true" />}
          {rooms.map((room, index) => (
            <Row key={room.id} {...props} room={room} index={index} cell={cell(index)} />
          ))}
        </div>
      </div>
      {drawn && draft?.phase === "open" && (
        <div
          className="book-card"
          role="dialog"
          aria-labelledby={`${id}-book`}
          data-above={above || undefined}
          style={{ "--row": drawnRow, "--from": Math.max(0, (draft.from - OPENS) / 60), "--rows": rooms.length } as CSSProperties}
          ref={(card) => void (card && !card.contains(document.activeElement) && card.querySelector<HTMLElement>("[data-first]")?.focus())}
          onKeyDown={(event) => event.key === "Escape" && close()}
        >
          <header>
            <h2 className="subhead" id={`${id}-book`}>
              Book {drawn.name}
            </h2>
            <span className="quiet small">{roomFacts(drawn)}</span>
          </header>
          <BookForm
            room={drawn}
            draft={draft}
            day={day}
            gaps={gapsOf(drawn, day, now)}
            change={(changes) => setDraft({ ...draft, ...changes })}
            onBook={() => onBook(draft)}
            onClose={close}
          />
        </div>
      )}
    </div>
  );
}
