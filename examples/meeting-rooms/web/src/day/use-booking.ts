import { useEffect, useRef, useState } from "react";
import { ApiError, faultOf } from "../api/call.ts";
import { book } from "../api/rooms.ts";
import type { Booking, RoomDay } from "../api/types.ts";
import { at } from "../times.ts";
import { type Draft, gapsOf, settled } from "./draft.ts";

/** Milliseconds that a block says "Taken" before it goes. */
const SHOWN = 4_000;

/** What came of a draft: it was booked, or somebody else was first. */
export interface Outcome {
  kind: "booked" | "taken";
  draft: Draft;
}

/** A draft, and what became of the one before. */
export interface Drafting {
  draft: Draft | undefined;
  outcome: Outcome | undefined;
  setDraft(draft: Draft | undefined): void;
  onBook(draft: Draft): void;
}

/** A draft on its way to being a booking: yours at once, and what came of it. */
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
}): Drafting {
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
      setDraft({ ...asked, phase: "open", fault: faultOf(error, "bookings") });
      return;
    }
    setDraft({ ...asked, phase: "taken" });
    setOutcome({ kind: "taken", draft: asked });
    reload();
    timer.current = setTimeout(() => setDraft((shown) => (shown?.phase === "taken" ? undefined : shown)), SHOWN);
  };

  return {
    draft,
    outcome,
    setDraft(next) {
      // A slot that is taken up instead of one that was lost leaves nothing to tell.
      if (next && outcome?.kind === "taken") setOutcome(undefined);
      change(next);
    },
    onBook({ fault: _, ...asked }) {
      change({ ...asked, phase: "saving" });
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
          setOutcome({ kind: "booked", draft: asked });
        },
        (error: unknown) => {
          if (!(error instanceof ApiError)) throw error;
          refused(asked, error);
        },
      );
    },
  };
}
