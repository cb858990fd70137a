import type { CSSProperties, ReactNode } from "react";
import type { Busy } from "../api/types.ts";
import { CLOSES, clockOf, minutesIn, OPENS, span } from "../times.ts";
import type { Draft } from "./draft.ts";

/** Where a stretch lies in a lane, cut to what the lane shows. */
export function place(from: number, to: number): CSSProperties | undefined {
  const begins = Math.max(from, OPENS);
  const ends = Math.min(to, CLOSES);
  if (ends <= begins) return undefined;
  return { "--from": (begins - OPENS) / 60, "--length": (ends - begins) / 60 } as CSSProperties;
}

/** "L. Fischer", of "Lena Fischer". */
function short(name: string): string {
  const [first = "", ...rest] = name.trim().split(/\s+/);
  return rest.length > 0 ? `${first.charAt(0)}. ${rest.join(" ")}` : name;
}

/** A booking in a lane. */
export function Block({ busy, day, now }: { busy: Busy; day: string; now: number }): ReactNode {
  const { starts_at, ends_at, title, organiser, own } = busy;
  const from = minutesIn(day, starts_at);
  const to = minutesIn(day, ends_at);
  const style = place(from, to);
  if (!style) return null;
  const times = span(starts_at, ends_at);
  const second = own || title === undefined ? times : short(organiser ?? "");
  const all = [title ?? "Booked", !own && organiser, times].filter(Boolean).join(", ");
  return (
    <div
      className="block"
      style={style}
      title={all}
      data-own={own || undefined}
      data-past={new Date(ends_at).getTime() <= now || undefined}
      data-short={to - from <= 30 || undefined}
    >
      <strong>{title ?? "Booked"}</strong>
      {to - from > 30 && <span>{second}</span>}
      {to - from <= 30 && <span className="hidden">{times}</span>}
    </div>
  );
}

/** What is being booked, with its handles. */
export function DraftBlock({ draft }: { draft: Draft }): ReactNode {
  const { from, to, title, phase } = draft;
  const style = place(from, to);
  if (!style) return null;
  const saving = phase === "saving";
  return (
    <div className="block" style={style} data-draft={phase}>
      <strong>{phase === "taken" ? "Taken" : saving ? title : title || "New booking"}</strong>
      <span>{saving ? "Saving…" : `${clockOf(from)}–${clockOf(to)}`}</span>
      {(phase === "open" || phase === "dragged") && (
        <>
          <i className="handle" data-handle="from" aria-hidden="true" />
          <i className="handle" data-handle="to" aria-hidden="true" />
        </>
      )}
    </div>
  );
}
