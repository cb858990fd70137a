import { type ReactNode, useState } from "react";
import { readBookings, readOwnReviews } from "../api/bookings.ts";
import { useLive } from "../api/live.ts";
import { readRooms } from "../api/rooms.ts";
import { useSession } from "../api/session.ts";
import { useRead } from "../api/use-read.ts";
import { Cancelled, Past } from "../bookings/lists.tsx";
import { NextCard } from "../bookings/next-card.tsx";
import { RateCard } from "../bookings/rate-card.tsx";
import { sorted, unrated } from "../bookings/sort.ts";
import { Upcoming } from "../bookings/upcoming.tsx";
import { Choice } from "../parts/choice.tsx";
import { Icon } from "../parts/icon.tsx";
import { Bones, Failed } from "../parts/states.tsx";
import { useNow, usePhone } from "../parts/use-media.ts";
import { Link } from "../router.tsx";

type Shown = "upcoming" | "past" | "cancelled";

/** Whether cancelling asks for a code, and where that is changed. */
function ProtectionNote(): ReactNode {
  const { mfaEnabled } = useSession();
  return (
    <section className="card note-card" data-on={mfaEnabled || undefined}>
      <Icon name="shield" />
      <div>
        <h2>Two-step verification is {mfaEnabled ? "on" : "off"}</h2>
        <p className="quiet">
          {mfaEnabled ? (
            "Cancelling asks for a code if your last one is more than 5 minutes old."
          ) : (
            <>
              With it on, nobody else can cancel your bookings. <Link to="/security">Turn it on</Link>
            </>
          )}
        </p>
      </div>
    </section>
  );
}

/** One's own bookings: what comes, what was, and what was called off. */
export function BookingsPage(): ReactNode {
  const { me } = useSession();
  const now = useNow();
  const isPhone = usePhone();
  const [tab, setTab] = useState<Shown>("upcoming");
  const read = useRead("bookings", (signal) => readBookings(me.username, signal));
  const rooms = useRead("rooms", readRooms);
  const reviews = useRead("own reviews", readOwnReviews);
  useLive(read.reload, 500);

  if (read.error && !read.data) {
    return (
      <main className="page" id="main">
        <h1>My bookings</h1>
        <Failed what="Bookings" error={read.error} retry={read.reload} />
      </main>
    );
  }
  const roomOf = new Map((rooms.data ?? []).map((room) => [room.id, room]));
  const rated = new Map((reviews.data ?? []).map(({ room_id, rating }) => [room_id, rating]));
  const { upcoming, next, past, cancelled } = sorted(read.data ?? [], now);
  const toRate = reviews.data ? unrated(past, rated).filter(({ room_id }) => roomOf.has(room_id)) : [];
  const shows = (which: Shown): boolean => !isPhone || tab === which;

  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>My bookings</h1>
        <Link to="/" className="button button-primary desk-only">
          <Icon name="plus" /> Book a room
        </Link>
      </div>
      {isPhone && (
        <Choice<Shown>
          label="Which bookings"
          value={tab}
          onChange={setTab}
          options={[
            ["upcoming", "Upcoming"],
            ["past", "Past"],
            ["cancelled", "Cancelled"],
          ]}
        />
      )}
      {!read.data ? (
        <div className="columns">
          <Bones rows={5} label="Loading your bookings" />
        </div>
      ) : (
        <div className="columns">
          <div className="stack">
            {shows("upcoming") && (
              <Upcoming
                bookings={upcoming}
                roomOf={roomOf}
                now={now}
                onCancelled={(done) => read.put((before) => before.map((one) => (one.id === done.id ? done : one)))}
              />
            )}
            {shows("past") && <Past bookings={past} rated={rated} roomOf={roomOf} />}
            {shows("cancelled") && <Cancelled bookings={cancelled} roomOf={roomOf} />}
          </div>
          <div className="stack aside" data-tab={tab}>
            {next && <NextCard booking={next} room={roomOf.get(next.room_id)} now={now} bookings={upcoming} />}
            {toRate.length > 0 && <RateCard bookings={toRate.slice(0, 3)} onRated={reviews.reload} />}
            <ProtectionNote />
          </div>
        </div>
      )}
    </main>
  );
}
