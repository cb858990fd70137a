import { type ReactNode, useState } from "react";
import { readBookings } from "../api/bookings.ts";
import { useLive } from "../api/live.ts";
import { readDay, readReviews, readRoom } from "../api/rooms.ts";
import { useSession } from "../api/session.ts";
import type { Review, Room } from "../api/types.ts";
import { useRead } from "../api/use-read.ts";
import { capitalised } from "../parts/capitalised.ts";
import { DeleteDialog } from "../parts/delete-dialog.tsx";
import { Icon, Star } from "../parts/icon.tsx";
import { Bones, Failed, Nowhere } from "../parts/states.tsx";
import { useNow } from "../parts/use-media.ts";
import { seats, signOf } from "../room/facts.ts";
import { Plan } from "../room/plan.tsx";
import { averageOf, reviewCount } from "../room/rating.ts";
import { Reviews } from "../room/reviews.tsx";
import { Week } from "../room/week.tsx";
import { go, Link, useTitle } from "../router.tsx";
import { clock, dayOf } from "../times.ts";

/** What a room is: its name, how it is liked, whether somebody is in it, and what one may do with it. */
function RoomHead({ room, reviews, takenUntil }: { room: Room; reviews: readonly Review[]; takenUntil: string | undefined }): ReactNode {
  const { me } = useSession();
  const [deleting, setDeleting] = useState(false);
  return (
    <div className="page-head room-head">
      <h1>{room.name}</h1>
      {reviews.length > 0 && (
        <span className="rating">
          <Star /> <strong>{averageOf(reviews).toFixed(1)}</strong> <span className="quiet">{reviewCount(reviews.length)}</span>
        </span>
      )}
      {takenUntil && <span className="badge">In use until {clock(takenUntil)}</span>}
      {!room.is_available && <span className="badge">Not available for booking</span>}
      <span className="grow" />
      {me.role === "admin" && (
        <button type="button" className="button button-quiet" onClick={() => setDeleting(true)}>
          Delete room
        </button>
      )}
      {room.is_available && (
        <Link to={`/?q=${encodeURIComponent(room.name)}`} className="button button-primary">
          <Icon name="calendar" /> Book {room.name}
        </Link>
      )}
      {deleting && (
        <DeleteDialog
          kind="room"
          name={room.name}
          detail={room.location}
          note="Its bookings to come are cancelled."
          path={`/rooms/${room.id}`}
          onClose={() => setDeleting(false)}
          onDone={() => go("/")}
        />
      )}
    </div>
  );
}

/** Its plan, and what it has. */
function PlanCard({ room: { capacity, location, equipment } }: { room: Room }): ReactNode {
  return (
    <section className="card plan-card" aria-label="The room">
      <Plan seats={capacity} />
      <ul className="facts">
        <li>
          <Icon name="people" /> {seats(capacity)}
        </li>
        <li>
          <Icon name="pin" /> {location}
        </li>
        {equipment.map((one) => (
          <li key={one}>
            <Icon name={signOf(one)} /> {capitalised(one)}
          </li>
        ))}
      </ul>
    </section>
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
  useTitle(room.data?.name ?? "Room");

  if (room.error?.status === 404) return <Nowhere kind="missing" />;
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
      {!room.data && !room.error && (
        <div className="columns columns-room">
          <Bones rows={4} label="Loading the room" />
        </div>
      )}
      {room.data && (
        <>
          <RoomHead room={room.data} reviews={reviews.data ?? []} takenUntil={taken?.ends_at} />
          <div className="columns columns-room">
            <div className="stack">
              <PlanCard room={room.data} />
              <Week id={id} now={now} />
            </div>
            {reviews.error && !reviews.data ? (
              <Failed what="Reviews" error={reviews.error} retry={reviews.reload} />
            ) : reviews.data ? (
              <Reviews room={room.data} reviews={reviews.data} met={met} reload={reviews.reload} />
            ) : (
              <Bones rows={4} label="Loading reviews" />
            )}
          </div>
        </>
      )}
    </main>
  );
}
