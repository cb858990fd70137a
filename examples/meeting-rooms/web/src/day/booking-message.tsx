import type { ReactNode } from "react";
import type { RoomDay } from "../api/types.ts";
import { Message } from "../parts/states.tsx";
import { Link } from "../router.tsx";
import { clockOf, dayInSentence } from "../times.ts";
import { type Draft, gapsOf, nextFree } from "./draft.ts";
import type { Outcome } from "./use-booking.ts";

/** What came of a draft, in words; where somebody else was first, with the next gap that would do. */
export function BookingMessage({
  outcome: { kind, draft },
  rooms,
  now,
  take,
}: {
  outcome: Outcome;
  rooms: readonly RoomDay[];
  now: number;
  take(draft: Draft): void;
}): ReactNode {
  const { roomId, day, from, to } = draft;
  const room = rooms.find(({ id }) => id === roomId);
  if (kind === "booked") {
    return (
      <Message tone="good" icon="check" action={<Link to="/bookings">My bookings</Link>}>
        Booked: {room?.name}, {dayInSentence(day, now)} {clockOf(from)}–{clockOf(to)}.
      </Message>
    );
  }
  const next = room && nextFree(gapsOf(room, day, now), { from, to });
  return (
    <Message
      tone="bad"
      icon="alert"
      assertive
      action={
        next && (
          <button type="button" className="link" onClick={() => take({ ...draft, ...next, phase: "open" })}>
            Take {clockOf(next.from)}–{clockOf(next.to)}
          </button>
        )
      }
    >
      Someone just booked {room?.name}, {clockOf(from)}–{clockOf(to)}.
    </Message>
  );
}
