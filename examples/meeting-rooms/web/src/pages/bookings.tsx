import { type ReactNode, useState } from "react";
import { readBookings, readOwnReviews } from "../api/bookings.ts";
import { useLive } from "../api/live.ts";
import { readRooms } from "../api/rooms.ts";
import { useSession } from "../api/session.ts";
import type { Booking } from "../api/types.ts";
import { useRead } from "../api/use-read.ts";
import { CancelRow } from "../bookings/cancel-row.tsx";
import { Cancelled, Past, placeOf, Section } from "../bookings/lists.tsx";
import { NextCard } from "../bookings/next-card.tsx";
import { RateCard } from "../bookings/rate-card.tsx";
import { Choice } from "../parts/choice.tsx";
import { Icon } from "../parts/icon.tsx";
import { Bones, Empty, Failed } from "../parts/states.tsx";
import { useNow, usePhone } from "../parts/use-media.ts";
import { Link } from "../router.tsx";
import { at, dayMonth, dayName, dayOf, weekday, zone } from "../times.ts";

type Shown = "upcoming" | "past" | "cancelled";

function DayHeading({ day, now }: { day: string; now: number }): ReactNode {
  const name = dayName(day, now);
  const noon = at(day, 720);
  return (
    <h3 className="day-heading">
      <strong>{name}</strong> <span>{name === weekday(noon) ? dayMonth(noon) : `${weekday(noon)} ${dayMonth(noon)}`}</span>
    </h3>
  );
}

/** One's own bookings: what comes, what was, and what was called off. */
export function BookingsPage(): ReactNode {
  const { me, mfaEnabled } = useSession();
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
  const bookings = read.data ?? [];
  const isOver = ({ ends_at }: Booking): boolean => new Date(ends_at).getTime() <= now;
  const confirmed = bookings.filter(({ status }) => status === "confirmed");
  const upcoming = confirmed.filter((one) => !isOver(one));
  const past = confirmed.filter(isOver).reverse();
  const cancelled = bookings.filter(({ status }) => status === "cancelled").reverse();
  const next = upcoming.find(({ starts_at }) => new Date(starts_at).getTime() > now);
  const toRate = [
    ...new Map(
      past.filter(({ room_id }) => reviews.data && !rated.has(room_id) && roomOf.has(room_id)).map((one) => [one.room_id, one]),
    ).values(),
  ];
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
        <Bones rows={5} label="Loading your bookings" />
      ) : (
        <div className="columns">
          <div className="stack">
            {shows("upcoming") && (
              <Section title="Upcoming" count={upcoming.length} aside={<span className="quiet small">{zone}</span>}>
                {upcoming.length === 0 && (
                  <Empty level={3} icon="calendar" title="Nothing booked" text="Your next meeting will stand here.">
                    <Link to="/" className="button">
                      Find a room
                    </Link>
                  </Empty>
                )}
                {[...Map.groupBy(upcoming, ({ starts_at }) => dayOf(starts_at))].map(([day, ofDay]) => (
                  <div key={day}>
                    <DayHeading day={day} now={now} />
                    {ofDay.map((booking) => (
                      <CancelRow
                        key={booking.id}
                        booking={booking}
                        place={placeOf(roomOf.get(booking.room_id), booking)}
                        now={now}
                        asksCode={mfaEnabled}
                        onCancelled={(done) => read.put((before) => before.map((one) => (one.id === done.id ? done : one)))}
                      />
                    ))}
                  </div>
                ))}
              </Section>
            )}
            {shows("past") && <Past bookings={past} rated={rated} roomOf={roomOf} />}
            {shows("cancelled") && <Cancelled bookings={cancelled} roomOf={roomOf} />}
          </div>
          <div className="stack aside" data-tab={tab}>
            {next && <NextCard booking={next} room={roomOf.get(next.room_id)} now={now} bookings={upcoming} />}
            {toRate.length > 0 && <RateCard bookings={toRate.slice(0, 3)} onRated={reviews.reload} />}
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
          </div>
        </div>
      )}
    </main>
  );
}
