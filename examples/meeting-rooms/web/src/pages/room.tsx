import { StepUpCancelledError, useStepUp } from "@nightlatch/react";
import { type ReactNode, useEffect, useState } from "react";
import { readBookings } from "../api/bookings.ts";
import { ApiError, call } from "../api/call.ts";
import { useLive } from "../api/live.ts";
import { readDay, readReviews, readRoom } from "../api/rooms.ts";
import { useSession } from "../api/session.ts";
import type { Room } from "../api/types.ts";
import { useRead } from "../api/use-read.ts";
import { seats } from "../day/book-form.tsx";
import { capitalised, signOf } from "../day/filter-bar.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Icon, Star } from "../parts/icon.tsx";
import { Bones, Failed, Nowhere } from "../parts/states.tsx";
import { useNow } from "../parts/use-media.ts";
import { Plan } from "../room/plan.tsx";
import { Reviews } from "../room/reviews.tsx";
import { Week } from "../room/week.tsx";
import { go, Link } from "../router.tsx";
import { clock, dayOf } from "../times.ts";

/** For admins: names the room, then has a code entered where one is needed. */
function DeleteRoom({ room }: { room: Room }): ReactNode {
  const { mfaEnabled } = useSession();
  const [open, setOpen] = useState(false);
  const [fault, setFault] = useState<string>();
  const { fetch } = useStepUp({
    about: {
      action: `delete ${room.name}`,
      verb: "delete",
      keep: "Keep room",
      subject: room.name,
      detail: room.location,
    },
  });
  const remove = async (): Promise<void> => {
    setOpen(false);
    setFault(undefined);
    try {
      await call(`/rooms/${room.id}`, { method: "DELETE", fetch });
      go("/");
    } catch (error) {
      if (error instanceof StepUpCancelledError) return;
      setFault(error instanceof ApiError ? error.message : String(error));
    }
  };
  return (
    <>
      <button type="button" className="button button-quiet" onClick={() => setOpen(true)}>
        Delete room
      </button>
      {fault && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
      {open && (
        <Dialog
          title={`Delete ${room.name}?`}
          note={`Its bookings to come are cancelled.${mfaEnabled ? " You may be asked for a code." : ""}`}
          onClose={() => setOpen(false)}
        >
          <div className="dialog-actions">
            <button type="button" className="button" data-first="" onClick={() => setOpen(false)}>
              Keep room
            </button>
            <button type="button" className="button button-bad" onClick={() => void remove()}>
              Delete room
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** A room: its plan, what it has, its week, and what people say of it. */
export function RoomPage({ id }: { id: number }): ReactNode {
  const { me } = useSession();
  const now = useNow();
  const room = useRead(`room ${id}`, (signal) => readRoom(id, signal));
  const reviews = useRead(`reviews ${id}`, (signal) => readReviews(id, signal));
  const own = useRead("bookings", (signal) => readBookings(me.username, signal));
  const today = useRead(`day ${dayOf(now)}`, (signal) => readDay(dayOf(now), signal));
  useLive((event) => {
    if (event.room_id !== id && event.type !== "resync") return;
    if (event.type === "review" || event.type === "resync") reviews.reload();
    if (event.type === "room" || event.type === "resync") room.reload();
    if (event.type === "booking") today.reload();
  }, 500);
  const name = room.data?.name;
  useEffect(() => {
    if (name) document.title = `${name} · Meeting Rooms`;
  }, [name]);

  if (room.error?.status === 404) return <Nowhere kind="missing" />;
  const all = reviews.data ?? [];
  const average = all.length > 0 ? all.reduce((sum, { rating }) => sum + rating, 0) / all.length : undefined;
  const taken = today.data
    ?.find((one) => one.id === id)
    ?.busy.find(({ starts_at, ends_at }) => new Date(starts_at).getTime() <= now && new Date(ends_at).getTime() > now);
  const met = own.data?.findLast(
    ({ room_id, status, starts_at }) => room_id === id && status === "confirmed" && new Date(starts_at).getTime() <= now,
  );

  return (
    <main className="page" id="main">
      <nav aria-label="Where you are" className="crumbs">
        <Link to="/">Rooms</Link> <Icon name="chevron-right" size={14} /> <span aria-current="page">{room.data?.name ?? "…"}</span>
      </nav>
      {room.error && !room.data && <Failed what="Rooms" error={room.error} retry={room.reload} />}
      {!room.data && !room.error && <Bones rows={4} label="Loading the room" />}
      {room.data && (
        <>
          <div className="page-head">
            <h1>{room.data.name}</h1>
            {average !== undefined && (
              <span className="rating">
                <Star /> <strong>{average.toFixed(1)}</strong>{" "}
                <span className="quiet">{all.length === 1 ? "1 review" : `${all.length} reviews`}</span>
              </span>
            )}
            {taken && <span className="badge">In use until {clock(taken.ends_at)}</span>}
            {!room.data.is_available && <span className="badge">Not available for booking</span>}
            <span className="grow" />
            {me.role === "admin" && <DeleteRoom room={room.data} />}
            {room.data.is_available && (
              <Link to={`/?q=${encodeURIComponent(room.data.name)}`} className="button button-primary">
                <Icon name="calendar" /> Book {room.data.name}
              </Link>
            )}
          </div>
          <div className="columns columns-room">
            <div className="stack">
              <section className="card plan-card" aria-label="The room">
                <Plan seats={room.data.capacity} />
                <ul className="facts">
                  <li>
                    <Icon name="people" /> {seats(room.data.capacity)}
                  </li>
                  <li>
                    <Icon name="pin" /> {room.data.location}
                  </li>
                  {room.data.equipment.map((one) => (
                    <li key={one}>
                      <Icon name={signOf(one)} /> {capitalised(one)}
                    </li>
                  ))}
                </ul>
              </section>
              <Week id={id} now={now} />
            </div>
            {reviews.error && !reviews.data ? (
              <Failed what="Reviews" error={reviews.error} retry={reviews.reload} />
            ) : reviews.data ? (
              <Reviews room={room.data} reviews={all} met={met} reload={reviews.reload} />
            ) : (
              <Bones rows={4} label="Loading reviews" />
            )}
          </div>
        </>
      )}
    </main>
  );
}
