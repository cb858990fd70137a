import { type PointerEvent, useRef } from "react";
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

/** A lane under the pointer: a press books an hour, a drag as much as it crosses, a handle moves an end. */
export function useDrag({
  gaps,
  draft,
  onDraft,
}: {
  gaps: readonly Span[];
  draft: Draft | undefined;
  onDraft(span: Span, done: boolean): void;
}): Record<"onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel", (event: PointerEvent<HTMLElement>) => void> {
  const held = useRef<Held>(undefined);

  const minuteAt = (event: PointerEvent<HTMLElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return OPENS + ((event.clientX - left) / width) * (CLOSES - OPENS);
  };
  const spanOf = ({ kind, minute: down, gap, start, moved }: Held, minute: number): Span => {
    if (kind !== "new") return resized(start, gap, kind, minute);
    return moved ? dragged(gap, down, minute) : hourFrom(gap, down);
  };
  const end = (event: PointerEvent<HTMLElement>): void => {
    const was = held.current;
    held.current = undefined;
    if (was) onDraft(spanOf(was, minuteAt(event)), true);
  };

  return {
    onPointerDown(event) {
      if (event.button !== 0 || !(event.target instanceof HTMLElement)) return;
      const handle = event.target.dataset.handle as "from" | "to" | undefined;
      const isBlock = event.target.closest(".block") !== null;
      if (isBlock && !handle) return;
      const minute = minuteAt(event);
      const gap = gapAt(gaps, handle && draft ? draft.from : minute);
      if (!gap) return;
      const start = handle && draft ? draft : hourFrom(gap, minute);
      held.current = { kind: handle ?? "new", x: event.clientX, minute, gap, start, moved: false };
      event.currentTarget.setPointerCapture(event.pointerId);
      event.preventDefault();
    },
    onPointerMove(event) {
      const now = held.current;
      if (!now) return;
      now.moved ||= Math.abs(event.clientX - now.x) > TREMBLE;
      if (now.moved) onDraft(spanOf(now, minuteAt(event)), false);
    },
    onPointerUp: end,
    onPointerCancel: () => {
      held.current = undefined;
    },
  };
}
