import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { readRatings } from "../api/analytics.ts";
import { useLive } from "../api/live.ts";
import { readDay } from "../api/rooms.ts";
import { useSession } from "../api/session.ts";
import { useRead } from "../api/use-read.ts";
import { DayGrid } from "../day/day-grid.tsx";
import { DaySkeleton } from "../day/day-skeleton.tsx";
import { DayStrips } from "../day/day-strips.tsx";
import { FilterBar } from "../day/filter-bar.tsx";
import { commonEquipment, filtersOf, fitting } from "../day/filters.ts";
import { useBooking } from "../day/use-booking.tsx";
import { Icon } from "../parts/icon.tsx";
import { LiveDot } from "../parts/live-dot.tsx";
import { Empty, Failed } from "../parts/states.tsx";
import { useNow, usePhone } from "../parts/use-media.ts";
import { useQuery } from "../router.tsx";
import { at, dayMonth, dayOf, dayPlus, weekday, zone } from "../times.ts";

const DATE = /^\d{4}-\d\d-\d\d$/;

/** Which day, and how to go to another. */
function DayHead({ day, today, go }: { day: string; today: string; go(day: string): void }): ReactNode {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <div className="day-head">
      <h1>
        <span>{weekday(at(day, 720))}</span> {dayMonth(at(day, 720))}
      </h1>
      <div className="day-buttons">
        <button type="button" className="button button-square" aria-label="The day before" onClick={() => go(dayPlus(day, -1))}>
          <Icon name="chevron-left" />
        </button>
        <button type="button" className="button day-today" disabled={day === today} onClick={() => go(today)}>
          Today
        </button>
        <button type="button" className="button button-square" aria-label="The day after" onClick={() => go(dayPlus(day, 1))}>
          <Icon name="chevron-right" />
        </button>
        <span className="day-picker">
          <button type="button" className="button button-square" aria-label="Choose a day" onClick={() => picker.current?.showPicker()}>
            <Icon name="calendar" />
          </button>
          <input
            ref={picker}
            type="date"
            tabIndex={-1}
            aria-hidden="true"
            value={day}
            onChange={({ target }) => DATE.test(target.value) && go(target.value)}
          />
        </span>
      </div>
      <LiveDot note="bookings appear as they are made" />
    </div>
  );
}

/** A day in all rooms, where one books by pressing a free slot. */
export function RoomsPage(): ReactNode {
  const [query, change] = useQuery();
  const now = useNow();
  const isPhone = usePhone();
  const { me } = useSession();
  const today = dayOf(now);
  const asked = query.get("day") ?? "";
  const day = DATE.test(asked) && !Number.isNaN(at(asked, 0).getTime()) ? asked : today;
  const search = useRef<HTMLInputElement>(null);

  const read = useRead(`day ${day}`, (signal) => readDay(day, signal));
  const rated = useRead(me.role === "admin" ? "ratings" : undefined, readRatings);
  useLive(read.reload, 400);
  const ratings = useMemo(
    () => new Map((rated.data ?? []).flatMap((room) => (room.average_rating === null ? [] : [[room.room_id, room.average_rating]]))),
    [rated.data],
  );

  const rooms = read.data ?? [];
  const filters = filtersOf(query);
  const shown = fitting(rooms, day, filters);
  const { draft, setDraft, onBook, message } = useBooking({
    day,
    now,
    rooms,
    reload: read.reload,
    booked: ({ id, room_id, title, starts_at, ends_at }) => {
      const busy = { booking_id: id, title, starts_at, ends_at, organiser: me.name, own: true };
      read.put((days) => days.map((room) => (room.id === room_id ? { ...room, busy: [...room.busy, busy] } : room)));
    },
  });

  const goTo = (next: string): void => change({ day: next === today ? undefined : next });
  const keys = useRef<Record<string, () => void>>({});
  keys.current = { "/": () => search.current?.focus(), "[": () => goTo(dayPlus(day, -1)), "]": () => goTo(dayPlus(day, 1)) };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest("input, select, textarea, dialog") !== null;
      const act = isTyping || event.ctrlKey || event.metaKey || event.altKey ? undefined : keys.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  const View = isPhone ? DayStrips : DayGrid;
  return (
    <main className="page rooms-page" id="main">
      <DayHead day={day} today={today} go={goTo} />
      <FilterBar
        filters={filters}
        equipment={commonEquipment(rooms, 3)}
        count={shown.length}
        total={rooms.length}
        search={search}
        change={change}
      />
      {message && <div className="toaster">{message}</div>}
      {read.error && !read.data && <Failed what="Rooms" error={read.error} retry={read.reload} />}
      {!read.data && !read.error && <DaySkeleton />}
      {read.data && shown.length > 0 && (
        <View rooms={shown} day={day} now={now} draft={draft} ratings={ratings} setDraft={setDraft} onBook={onBook} />
      )}
      {read.data && shown.length === 0 && (
        <div className="card">
          <Empty
            icon="search"
            title={rooms.length === 0 ? "No rooms yet" : "No room fits"}
            text={rooms.length === 0 ? "Rooms that an admin adds stand here." : "No room has all that, at that time."}
          >
            {rooms.length > 0 && (
              <button
                type="button"
                className="button"
                onClick={() => change({ q: undefined, seats: undefined, with: undefined, from: undefined, to: undefined })}
              >
                Clear filters
              </button>
            )}
          </Empty>
        </div>
      )}
      <footer className="day-foot">
        <ul className="legend" aria-label="Colours">
          <li data-kind="own">Yours</li>
          <li data-kind="busy">Booked</li>
          <li data-kind="draft">Being booked</li>
          <li data-kind="off">Not available</li>
        </ul>
        <p>Click a free slot, or drag across it, to book. Times are yours: {zone}.</p>
      </footer>
    </main>
  );
}
