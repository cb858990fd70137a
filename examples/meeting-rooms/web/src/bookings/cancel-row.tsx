import { StepUpCancelledError, useStepUp } from "@nightlatch/react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { ApiError, call } from "../api/call.ts";
import type { Booking } from "../api/types.ts";
import { clock, dayMonth, span } from "../times.ts";

/** A booking to come, which asks in its own place before it cancels. Where a code is wanted, Nightlatch's dialog asks for it. */
export function CancelRow({
  booking,
  place,
  now,
  asksCode,
  onCancelled,
}: {
  booking: Booking;
  place: string;
  now: number;
  asksCode: boolean;
  onCancelled(cancelled: Booking): void;
}): ReactNode {
  const { id, title, room_name, starts_at, ends_at } = booking;
  const [phase, setPhase] = useState<"rest" | "asking" | "busy">("rest");
  const [fault, setFault] = useState<string>();
  const row = useRef<HTMLDivElement>(null);
  const { fetch } = useStepUp({
    about: {
      action: "cancel this booking",
      verb: "cancel",
      keep: "Keep booking",
      subject: title,
      detail: `${room_name}, ${dayMonth(starts_at)}, ${span(starts_at, ends_at)}`,
    },
  });
  const asking = phase !== "rest";
  const before = useRef(asking);
  useEffect(() => {
    if (before.current !== asking) row.current?.querySelector<HTMLElement>("button")?.focus();
    before.current = asking;
  }, [asking]);

  const cancel = async (): Promise<void> => {
    setPhase("busy");
    setFault(undefined);
    try {
      const cancelled = await call<Booking>(`/bookings/${id}`, { method: "DELETE", fetch });
      const rows = [...document.querySelectorAll<HTMLElement>("[data-cancel]")];
      const next = rows[rows.indexOf(row.current as HTMLElement) + 1] ?? rows.at(-2);
      onCancelled(cancelled);
      next?.querySelector("button")?.focus();
    } catch (error) {
      setPhase("asking");
      if (error instanceof StepUpCancelledError) return;
      if (!(error instanceof ApiError)) throw error;
      setFault(error.status === 0 || error.status >= 500 ? "The bookings service does not answer. Try again." : error.message);
    }
  };

  const begun = new Date(starts_at).getTime() <= now;
  return (
    <div className="row" ref={row} data-cancel="" data-asking={asking || undefined}>
      <p className="row-when">
        <time dateTime={starts_at}>{clock(starts_at)}</time>
        <span aria-hidden="true">–</span>
        <time dateTime={ends_at}>{clock(ends_at)}</time>
      </p>
      {asking ? (
        <p className="row-what">
          Cancel “{title}”?
          <span className="small" role={fault ? "alert" : undefined}>
            {fault ?? `${room_name} becomes free for others at once.${asksCode ? " You may be asked for a code." : ""}`}
          </span>
        </p>
      ) : (
        <p className="row-what">
          {title}
          <span className="quiet small">{place}</span>
        </p>
      )}
      {asking ? (
        <div className="row-actions">
          <button type="button" className="button button-quiet" onClick={() => setPhase("rest")}>
            Keep
          </button>
          <button type="button" className="button button-bad" aria-busy={phase === "busy"} onClick={() => void cancel()}>
            Cancel booking
          </button>
        </div>
      ) : (
        <div className="row-actions">
          {begun && <span className="badge">In progress</span>}
          <button type="button" className="link link-quiet" aria-label={`Cancel ${title}`} onClick={() => setPhase("asking")}>
            Cancel
          </button>
        </div>
      )}
    </div>
  );
}
