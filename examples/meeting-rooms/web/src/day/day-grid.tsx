import { type CSSProperties, type ReactNode, useId, useRef, useState } from "react";
import type { RoomDay } from "../api/types.ts";
import { Star } from "../parts/icon.tsx";
import { roomFacts } from "../room/facts.ts";
import { Link } from "../router.tsx";
import { CLOSES, clockOf, OPENS } from "../times.ts";
import { place } from "./block.tsx";
import { BookCard } from "./book-card.tsx";
import { type DayProps, drafted, FreeSlot, Lane } from "./lane.tsx";
import { progressOf } from "./progress.ts";
import { type Cursor, useCursor } from "./use-cursor.ts";

const HOURS = Array.from({ length: (CLOSES - OPENS) / 60 }, (_, hour) => OPENS / 60 + hour);

/** The hours above the lanes; the style leaves out those that the pill with the present would cover. */
function Axis({ minute, showsNow }: { minute: number; showsNow: boolean }): ReactNode {
  return (
    <div className="grid-axis" role="presentation" aria-hidden="true">
      <span>Room</span>
      {HOURS.map((hour, index) => (
        <span key={hour} style={{ "--at": index } as CSSProperties}>
          {clockOf(hour * 60)}
        </span>
      ))}
      {showsNow && <span className="now-pill">{clockOf(minute)}</span>}
    </div>
  );
}

function Row({
  room,
  rating,
  index,
  children,
  ...props
}: DayProps & {
  room: RoomDay;
  rating: number | undefined;
  index: number;
  children: ReactNode;
}): ReactNode {
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
            <Star size={12} /> <span className="hidden">rated </span>
            {rating.toFixed(1)}
          </span>
        )}
        <span className="quiet small">{roomFacts(room)}</span>
      </div>
      <Lane room={room} className="lane" role="gridcell" {...props} />
      {children}
    </div>
  );
}

/** Where the keyboard is. */
function CursorCell({ id, cursor, isShown }: { id: string; cursor: Cursor; isShown: boolean }): ReactNode {
  const { span, isFree, label } = cursor;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names this as its active cell
    // biome-ignore lint/a11y/useSemanticElements: a grid of lanes is no table
    <div
      id={id}
      role="gridcell"
      className="grid-cursor"
      data-shown={isShown || undefined}
      style={place(span.from, span.to)}
      aria-label={label}
    >
      {isShown && isFree && <FreeSlot {...span} />}
    </div>
  );
}

/** A day on a desk: each room a lane, from eight to six. */
export function DayGrid(props: DayProps): ReactNode {
  const { rooms, day, now, draft, ratings, setDraft } = props;
  const id = useId();
  const wrap = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(false);
  const { minute, showsNow, style } = progressOf(day, now);
  const { cursor, onKey } = useCursor({
    rooms,
    day,
    now,
    open: (room, span) => setDraft(drafted(room.id, day, span, draft, true)),
  });
  const row = rooms.findIndex(({ id }) => id === draft?.roomId);
  const room = rooms[row];
  const close = (): void => {
    setDraft(undefined);
    grid.current?.focus({ preventScroll: true });
  };

  return (
    <div
      className="grid-wrap"
      ref={wrap}
      style={style}
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
          onKeyDown={(event) => event.target === grid.current && onKey(event)}
          onFocus={(event) => setFocused(event.target === event.currentTarget && event.currentTarget.matches(":focus-visible"))}
          onBlur={() => setFocused(false)}
        >
          <Axis minute={minute} showsNow={showsNow} />
          {showsNow && <i className="now-line" aria-hidden="true" />}
          {rooms.map((one, index) => (
            <Row key={one.id} {...props} room={one} rating={ratings.get(one.id)} index={index}>
              {index === cursor?.row && <CursorCell id={`${id}-cell`} cursor={cursor} isShown={focused} />}
            </Row>
          ))}
        </div>
      </div>
      {room && draft?.phase === "open" && <BookCard {...props} room={room} row={row} rows={rooms.length} draft={draft} onClose={close} />}
    </div>
  );
}
