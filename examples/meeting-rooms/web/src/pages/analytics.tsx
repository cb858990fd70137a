import { type ReactNode, useRef } from "react";
import { readOverview, readPeakHours, readRatings, readToday, readTopUsers, readUtilization } from "../api/analytics.ts";
import { query as queryOf } from "../api/call.ts";
import { useLive } from "../api/live.ts";
import { useRead } from "../api/use-read.ts";
import { ChartCard } from "../charts/chart-card.tsx";
import { FiguresSkeleton } from "../charts/figures-skeleton.tsx";
import { FrequencyCard } from "../charts/frequency-card.tsx";
import { Heat, heatTable } from "../charts/heat.tsx";
import { averageUse, Ratings, TopBookers, UseOfRooms } from "../charts/ranked.tsx";
import { Tiles } from "../charts/tiles.tsx";
import { Choice } from "../parts/choice.tsx";
import { Icon } from "../parts/icon.tsx";
import { LiveDot } from "../parts/live-dot.tsx";
import { Failed } from "../parts/states.tsx";
import { useNow } from "../parts/use-media.ts";
import { useQuery } from "../router.tsx";
import { zone } from "../times.ts";

const DAYS = ["7", "30", "90"] as const;

/** Milliseconds between two readings of the figures at most. */
const EVERY = 2_000;

/** All figures but bookings over time, which have a choice of their own. */
async function readFigures(days: number, signal: AbortSignal) {
  const [overview, today, peaks, use, top, ratings] = await Promise.all([
    readOverview(signal),
    readToday(signal),
    readPeakHours(days, signal),
    readUtilization(days, signal),
    readTopUsers(days, 8, signal),
    readRatings(signal),
  ]);
  return { overview, today, peaks, use, top, ratings };
}

type AllFigures = Awaited<ReturnType<typeof readFigures>>;

/** "updated 2 s ago". */
function since(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 2) return "updated just now";
  return seconds < 60 ? `updated ${seconds} s ago` : `updated ${Math.round(seconds / 60)} min ago`;
}

function Figures({ figures, days, now }: { figures: AllFigures; days: number; now: number }): ReactNode {
  const { overview, today, peaks, use, top, ratings } = figures;
  const average = Math.round(averageUse(use.rooms));
  return (
    <>
      <Tiles overview={overview} today={today} now={now} />
      <div className="charts charts-wide">
        <FrequencyCard days={days} every={EVERY} />
        <ChartCard
          title="Peak hours"
          note={`Bookings by weekday and hour of start, ${days} days`}
          summary="Bookings by weekday and hour of start."
          {...heatTable(peaks)}
        >
          <Heat peaks={peaks} />
        </ChartCard>
      </div>
      <div className="charts charts-three">
        <ChartCard
          title="Use of rooms"
          note={`Share of ${use.available_hours_per_room} working hours in ${days} days`}
          aside={<span className="average-note">Average {average} %</span>}
          summary={`On average rooms are booked for ${average} % of their working hours.`}
          head={["Room", "Use in %", "Hours"]}
          rows={use.rooms.map((one) => [one.room_name, one.utilization_percentage, one.total_hours_booked])}
        >
          <UseOfRooms rooms={use.rooms} />
        </ChartCard>
        <ChartCard
          title="Who books most"
          note={`Bookings in ${days} days`}
          summary={`${top.users[0]?.name ?? "Nobody"} books most.`}
          head={["Name", "Bookings"]}
          rows={top.users.map((one) => [one.name, one.booking_count])}
        >
          <TopBookers users={top.users} />
        </ChartCard>
        <ChartCard
          title="Ratings"
          note="Average and number of reviews"
          summary="The average rating of each room."
          head={["Room", "Average", "Reviews"]}
          rows={ratings.map((one) => [one.room_name, one.average_rating ?? "–", one.review_count])}
        >
          <Ratings rooms={ratings} />
        </ChartCard>
      </div>
    </>
  );
}

/** For admins: how the rooms are used, as it happens. */
export function AnalyticsPage(): ReactNode {
  const [query, change] = useQuery();
  const now = useNow(EVERY);
  const chosen = DAYS.find((one) => one === query.get("days")) ?? "30";
  const days = Number(chosen);
  const updated = useRef(Date.now());
  const read = useRead(`analytics ${days}`, async (signal) => {
    const figures = await readFigures(days, signal);
    updated.current = Date.now();
    return figures;
  });
  useLive(read.reload, EVERY);

  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Analytics</h1>
        <LiveDot note={read.data ? since(now - updated.current) : ""} />
        <span className="grow" />
        <Choice
          label="Period"
          value={chosen}
          onChange={(value) => change({ days: value })}
          options={DAYS.map((one) => [one, `${one} days`] as const)}
        />
        <a className="button" href={`/api/analytics/reports/utilization.csv${queryOf({ days, timezone: zone })}`} download>
          <Icon name="download" /> Download CSV
        </a>
      </div>
      {read.data ? (
        <Figures figures={read.data} days={days} now={now} />
      ) : read.error ? (
        <Failed what="Analytics" error={read.error} retry={read.reload} />
      ) : (
        <FiguresSkeleton />
      )}
    </main>
  );
}
