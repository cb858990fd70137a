import { useStepUp } from "@nightlatch/react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { call, faultOf } from "../api/call.ts";
import type { Booking } from "../api/types.ts";
import { useAttempt } from "../api/use-attempt.ts";
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
  place: ReactNode;
  now: number;
  asksCode: boolean;
  onCancelled(cancelled: Booking): void;
}): ReactNode {
  const { id, title, room_name, starts_at, ends_at } = booking;
  const [asking, ask] = useState(false);
  const { busy, error, run } = useAttempt();
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
  const before = useRef(asking);
  useEffect(() => {
    if (before.current !== asking) row.current?.querySelector<HTMLElement>("button")?.focus();
    before.current = asking;
  }, [asking]);

  const cancel = (): Promise<void> =>
    run(async () => {
      const cancelled = await call<Booking>(`/bookings/${id}`, { method: "DELETE", fetch });
      const rows = [...document.querySelectorAll<HTMLElement>("[data-cancel]")];
      const next = rows[rows.indexOf(row.current as HTMLElement) + 1] ?? rows.at(-2);
      onCancelled(cancelled);
      next?.querySelector("button")?.focus();
    });

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
          <span className="small" role={error ? "alert" : undefined}>
            {error
              ? faultOf(error, "bookings")
              : `${room_name} becomes free for others at once.${asksCode ? " You may be asked for a code." : ""}`}
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
          <button type="button" className="button button-quiet" onClick={() => ask(false)}>
            Keep
          </button>
          <button type="button" className="button button-bad" aria-busy={busy} onClick={() => void cancel()}>
            Cancel booking
          </button>
        </div>
      ) : (
        <div className="row-actions">
          {begun && <span className="badge">In progress</span>}
          <button type="button" className="link link-quiet" aria-label={`Cancel ${title}`} onClick={() => ask(true)}>
            Cancel
          </button>
        </div>
      )}
    </div>
  );
}
