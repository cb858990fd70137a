import { type ReactNode, useMemo, useRef } from "react";
import { readRatings } from "../api/analytics.ts";
import { useLive } from "../api/live.ts";
import { readDay } from "../api/rooms.ts";
import { useSession } from "../api/session.ts";
import { useRead } from "../api/use-read.ts";
import { BookingMessage } from "../day/booking-message.tsx";
import { DayGrid } from "../day/day-grid.tsx";
import { DayHead } from "../day/day-head.tsx";
import { GridSkeleton, StripsSkeleton } from "../day/day-skeleton.tsx";
import { DayStrips } from "../day/day-strips.tsx";
import { FilterBar } from "../day/filter-bar.tsx";
import { ALL_ROOMS, commonEquipment, filtersOf, fits } from "../day/filters.ts";
import { useBooking } from "../day/use-booking.ts";
import { Empty, Failed } from "../parts/states.tsx";
import { useKeys } from "../parts/use-keys.ts";
import { useNow, usePhone } from "../parts/use-media.ts";
import { useQuery } from "../router.tsx";
import { dayOf, dayPlus, isDay, zone } from "../times.ts";

/** Average ratings by room, which admins are told. */
function useRatings(): ReadonlyMap<number, number> {
  const { me } = useSession();
  const { data } = useRead(me.role === "admin" ? "ratings" : undefined, readRatings);
  return useMemo(
    () => new Map((data ?? []).flatMap((room) => (room.average_rating === null ? [] : [[room.room_id, room.average_rating]]))),
    [data],
  );
}

function NoRooms({ areAny, clear }: { areAny: boolean; clear(): void }): ReactNode {
  return (
    <div className="card">
      <Empty
        icon="search"
        title={areAny ? "No room fits" : "No rooms yet"}
        text={areAny ? "No room has all that, at that time." : "Rooms that an admin adds stand here."}
      >
        {areAny && (
          <button type="button" className="button" onClick={clear}>
            Clear filters
          </button>
        )}
      </Empty>
    </div>
  );
}

/** What the colours mean, and how to book. */
function DayFoot(): ReactNode {
  return (
    <footer className="day-foot">
      <ul className="legend" aria-label="Colours">
        <li data-kind="own">Yours</li>
        <li data-kind="busy">Booked</li>
        <li data-kind="draft">Being booked</li>
        <li data-kind="off">Not available</li>
      </ul>
      <p>Click a free slot, or drag across it, to book. Times are yours: {zone}.</p>
    </footer>
  );
}

/** A day in all rooms, where one books by pressing a free slot. */
export function RoomsPage(): ReactNode {
  const [query, change] = useQuery();
  const now = useNow();
  const isPhone = usePhone();
  const { me } = useSession();
  const ratings = useRatings();
  const search = useRef<HTMLInputElement>(null);
  const today = dayOf(now);
  const asked = query.get("day") ?? "";
  const day = isDay(asked) ? asked : today;
  const goTo = (next: string): void => change({ day: next === today ? undefined : next });
  useKeys({ "/": () => search.current?.focus(), "[": () => goTo(dayPlus(day, -1)), "]": () => goTo(dayPlus(day, 1)) });

  const read = useRead(`day ${day}`, (signal) => readDay(day, signal));
  useLive(read.reload, 400);
  const rooms = read.data ?? [];
  const { draft, outcome, setDraft, onBook } = useBooking({
    day,
    now,
    rooms,
    isRead: !!read.data && !read.stale,
    reload: read.reload,
    booked: ({ id, room_id, title, starts_at, ends_at }) => {
      const busy = { booking_id: id, title, starts_at, ends_at, organiser: me.name, own: true };
      read.put((days) => days.map((room) => (room.id === room_id ? { ...room, busy: [...room.busy, busy] } : room)));
    },
  });
  const filters = filtersOf(query);
  const found = rooms.filter((room) => fits(room, day, filters));
  // A room that is being booked stays in sight, also where it no longer fits on the day that it was moved to.
  const shown = rooms.filter((room) => room.id === draft?.roomId || found.includes(room));

  const View = isPhone ? DayStrips : DayGrid;
  return (
    <main className="page rooms-page" id="main" data-stale={read.stale || undefined}>
      <DayHead day={day} today={today} go={goTo} />
      <FilterBar
        filters={filters}
        equipment={commonEquipment(rooms, 3)}
        found={read.data && { count: found.length, total: rooms.length }}
        search={search}
        change={change}
      />
      {outcome && (
        <div className="toaster">
          <BookingMessage outcome={outcome} rooms={rooms} now={now} take={setDraft} />
        </div>
      )}
      {read.error && !read.data && <Failed what="Rooms" error={read.error} retry={read.reload} />}
      {!read.data && !read.error && (isPhone ? <StripsSkeleton /> : <GridSkeleton />)}
      {read.data && shown.length > 0 && (
        <View
          rooms={shown}
          day={day}
          now={now}
          draft={draft}
          ratings={ratings}
          setDraft={setDraft}
          moveDraft={(moved, next) => {
            setDraft({ ...moved, day: next, phase: "moving" });
            goTo(next);
          }}
          onBook={onBook}
        />
      )}
      {read.data && shown.length === 0 && <NoRooms areAny={rooms.length > 0} clear={() => change(ALL_ROOMS)} />}
      {(shown.length > 0 || read.loading) && <DayFoot />}
    </main>
  );
}
