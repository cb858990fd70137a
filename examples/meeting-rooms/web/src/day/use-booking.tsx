import { type ReactNode, useEffect, useRef, useState } from "react";
import { ApiError } from "../api/call.ts";
import { book } from "../api/rooms.ts";
import type { Booking, RoomDay } from "../api/types.ts";
import { Message } from "../parts/states.tsx";
import { Link } from "../router.tsx";
import { at, clockOf, dayInSentence } from "../times.ts";
import { type Draft, gapsOf, nextFree, settled } from "./draft.ts";

/** Milliseconds that a block says "Taken" before it goes. */
const SHOWN = 4_000;

type Outcome = { kind: "booked"; room: RoomDay; draft: Draft } | { kind: "taken"; roomId: number; draft: Draft };

/** A draft on its way to being a booking: yours at once, and what came of it in words. */
export function useBooking({
  day,
  now,
  rooms,
  isRead,
  reload,
  booked,
}: {
  day: string;
  now: number;
  rooms: readonly RoomDay[];
  /** Whether the rooms are those of the day already. */
  isRead: boolean;
  reload(): void;
  booked(made: Booking): void;
}): { draft: Draft | undefined; setDraft(draft: Draft | undefined): void; onBook(draft: Draft): void; message: ReactNode } {
  const [draft, setDraft] = useState<Draft>();
  const [outcome, setOutcome] = useState<Outcome>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    // Another day begins with nothing chosen, unless what is chosen was moved there.
    setDraft((chosen) => (chosen?.day === day ? chosen : undefined));
    setOutcome(undefined);
  }, [day]);
  useEffect(() => {
    if (draft?.phase !== "moving" || !isRead) return;
    const room = rooms.find(({ id }) => id === draft.roomId);
    setDraft(settled(draft, room ? gapsOf(room, day, now) : []));
  }, [draft, isRead, rooms, day, now]);

  const change = (next: Draft | undefined): void => {
    clearTimeout(timer.current);
    setDraft(next);
  };

  const refused = (asked: Draft, error: ApiError): void => {
    if (error.code !== "slot_taken") {
      const isAway = error.status === 0 || error.status >= 500;
      const fault = isAway ? "The bookings service does not answer. Try again." : (error.errors[0]?.message ?? error.message);
      setDraft({ ...asked, phase: "open", fault });
      return;
    }
    setDraft({ ...asked, phase: "taken" });
    setOutcome({ kind: "taken", roomId: asked.roomId, draft: asked });
    reload();
    timer.current = setTimeout(() => setDraft((shown) => (shown?.phase === "taken" ? undefined : shown)), SHOWN);
  };

  const onBook = (asked: Draft): void => {
    const room = rooms.find(({ id }) => id === asked.roomId);
    if (!room) return;
    const { fault: _, ...clean } = asked;
    change({ ...clean, phase: "saving" });
    setOutcome(undefined);
    book({
      room_id: asked.roomId,
      title: asked.title.trim(),
      starts_at: at(day, asked.from).toISOString(),
      ends_at: at(day, asked.to).toISOString(),
    }).then(
      (made) => {
        booked(made);
        change(undefined);
        setOutcome({ kind: "booked", room, draft: asked });
      },
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        refused(clean, error);
      },
    );
  };

  let message: ReactNode = null;
  if (outcome?.kind === "booked") {
    const { room, draft: made } = outcome;
    message = (
      <Message tone="good" icon="check" action={<Link to="/bookings">My bookings</Link>}>
        Booked: {room.name}, {dayInSentence(day, now)} {clockOf(made.from)}–{clockOf(made.to)}.
      </Message>
    );
  } else if (outcome) {
    const { roomId, draft: asked } = outcome;
    const room = rooms.find(({ id }) => id === roomId);
    const next = room && nextFree(gapsOf(room, day, now), asked);
    const take = (): void => {
      setOutcome(undefined);
      if (next) change({ ...asked, ...next, phase: "open" });
    };
    message = (
      <Message
        tone="bad"
        icon="alert"
        assertive
        action={
          next && (
            <button type="button" className="link" onClick={take}>
              Take {clockOf(next.from)}–{clockOf(next.to)}
            </button>
          )
        }
      >
        Someone just booked {room?.name}, {clockOf(asked.from)}–{clockOf(asked.to)}.
      </Message>
    );
  }
  return { draft, setDraft: change, onBook, message };
}
