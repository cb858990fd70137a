import { type PointerEvent, useRef, useState } from "react";
import { CLOSES, OPENS } from "../times.ts";
import { type Draft, dragged, gapAt, hourFrom, resized, type Span } from "./draft.ts";

/** Pixels that a pointer may tremble before it drags. */
const TREMBLE = 4;

interface Held {
  kind: "new" | "from" | "to";
  /** Where it went down: in pixels, and as a minute. */
  x: number;
  minute: number;
  gap: Span;
  start: Span;
  moved: boolean;
}

type Handler = (event: PointerEvent<HTMLElement>) => void;

/** A lane under the pointer. */
export interface Drag {
  handlers: Record<"onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel" | "onPointerLeave", Handler>;
  /** What a press would book here and now. */
  hover: Span | undefined;
}

const minuteAt: (event: PointerEvent<HTMLElement>) => number = ({ currentTarget, clientX }) => {
  const { left, width } = currentTarget.getBoundingClientRect();
  return OPENS + ((clientX - left) / width) * (CLOSES - OPENS);
};

function spanOf({ kind, minute: down, gap, start, moved }: Held, minute: number): Span {
  if (kind !== "new") return resized(start, gap, kind, minute);
  return moved ? dragged(gap, down, minute) : hourFrom(gap, down);
}

/** A press books an hour, a drag as much as it crosses, a handle moves an end. */
export function useDrag({
  gaps,
  draft,
  onDraft,
}: {
  gaps: readonly Span[];
  draft: Draft | undefined;
  onDraft(span: Span, done: boolean): void;
}): Drag {
  const held = useRef<Held>(undefined);
  const [hover, setHover] = useState<Span>();
  const hoverOver = (next: Span | undefined): void =>
    setHover((before) => (before?.from === next?.from && before?.to === next?.to ? before : next));

  const down: Handler = (event) => {
    if (event.button !== 0 || !(event.target instanceof HTMLElement)) return;
    const handle = event.target.dataset.handle as "from" | "to" | undefined;
    const isBlock = event.target.closest(".block") !== null;
    if (isBlock && !handle) return;
    const minute = minuteAt(event);
    const gap = gapAt(gaps, handle && draft ? draft.from : minute);
    if (!gap) return;
    const start = handle && draft ? draft : hourFrom(gap, minute);
    held.current = { kind: handle ?? "new", x: event.clientX, minute, gap, start, moved: false };
    hoverOver(undefined);
    event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  const move: Handler = (event) => {
    const now = held.current;
    if (now) {
      now.moved ||= Math.abs(event.clientX - now.x) > TREMBLE;
      if (now.moved) onDraft(spanOf(now, minuteAt(event)), false);
    } else if (event.pointerType === "mouse") {
      const minute = minuteAt(event);
      const gap = gapAt(gaps, minute);
      hoverOver(gap && hourFrom(gap, minute));
    }
  };
  const up: Handler = (event) => {
    const was = held.current;
    held.current = undefined;
    if (was) onDraft(spanOf(was, minuteAt(event)), true);
  };
  return {
    hover,
    handlers: {
      onPointerDown: down,
      onPointerMove: move,
      onPointerUp: up,
      onPointerCancel: () => {
        held.current = undefined;
      },
      onPointerLeave: () => hoverOver(undefined),
    },
  };
}
