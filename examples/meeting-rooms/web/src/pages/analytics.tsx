import { type ReactNode, useRef, useState } from "react";
import {
  type Period,
  readFrequency,
  readOverview,
  readPeakHours,
  readRatings,
  readToday,
  readTopUsers,
  readUtilization,
} from "../api/analytics.ts";
import { query as queryOf } from "../api/call.ts";
import { useLive } from "../api/live.ts";
import { useRead } from "../api/use-read.ts";
import { ChartCard } from "../charts/chart-card.tsx";
import { DailyChart } from "../charts/daily.tsx";
import { countAt, Heat, WEEKDAYS } from "../charts/heat.tsx";
import { Ratings, TopBookers, UseOfRooms } from "../charts/ranked.tsx";
import { Tiles } from "../charts/tiles.tsx";
import { Choice } from "../parts/choice.tsx";
import { Icon } from "../parts/icon.tsx";
import { LiveDot } from "../parts/live-dot.tsx";
import { Bones, Failed } from "../parts/states.tsx";
import { useNow } from "../parts/use-media.ts";
import { useQuery } from "../router.tsx";
import { at, dayMonthShort, shortDay, zone } from "../times.ts";

const DAYS = ["7", "30", "90"] as const;
const PERIODS = ["daily", "weekly", "monthly"] as const;
const STRETCH = { daily: "day", weekly: "week", monthly: "month" } as const;

/** Milliseconds between two readings of the figures at most. */
const EVERY = 2_000;

const since = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return seconds < 60 ? `updated ${seconds} s ago` : `updated ${Math.round(seconds / 60)} min ago`;
};

/** For admins: how the rooms are used, as it happens. */
export function AnalyticsPage(): ReactNode {
  const [query, change] = useQuery();
  const [period, setPeriod] = useState<Period>("daily");
  const now = useNow(2_000);
  const days = Number(DAYS.find((one) => one === query.get("days")) ?? "30");
  const updated = useRef(Date.now());

  const read = useRead(`analytics ${days}`, async (signal) => {
    const [overview, today, peaks, use, top, ratings] = await Promise.all([
      readOverview(signal),
      readToday(signal),
      readPeakHours(days, signal),
      readUtilization(days, signal),
      readTopUsers(days, 8, signal),
      readRatings(signal),
    ]);
    updated.current = Date.now();
    return { overview, today, peaks, use, top, ratings };
  });
  const frequency = useRead(`frequency ${period} ${days}`, (signal) => readFrequency(period, days, signal));
  useLive(() => {
    read.reload();
    frequency.reload();
  }, EVERY);

  const head = (
    <div className="page-head">
      <h1>Analytics</h1>
      <LiveDot note={since(now - updated.current)} />
      <span className="grow" />
      <Choice
        label="Period"
        value={String(days)}
        onChange={(value) => change({ days: value })}
        options={DAYS.map((one) => [one, `${one} days`] as const)}
      />
      <a className="button" href={`/api/analytics/reports/utilization.csv${queryOf({ days, timezone: zone })}`} download>
        <Icon name="download" /> Download CSV
      </a>
    </div>
  );
  if (!read.data) {
    return (
      <main className="page" id="main">
        {head}
        {read.error ? <Failed what="Analytics" error={read.error} retry={read.reload} /> : <Bones rows={6} label="Loading analytics" />}
      </main>
    );
  }
  const { overview, today, peaks, use, top, ratings } = read.data;
  const points = frequency.data?.frequency ?? [];
  const busiest = points.reduce((most, point) => (point.total > most.total ? point : most), points[0] ?? { date: "", total: 0 });
  const average = use.rooms.reduce((sum, one) => sum + one.utilization_percentage, 0) / Math.max(1, use.rooms.length);
  const fresh =
    frequency.data && busiest.date ? `${frequency.data.total} in ${days} days · busiest ${dayMonthShort(at(busiest.date, 720))}` : "\u00a0";
  return (
    <main className="page" id="main">
      {head}
      <Tiles overview={overview} today={today} now={now} />
      <div className="charts charts-wide">
        <ChartCard
          title={`Bookings a ${STRETCH[period]}`}
          note={fresh}
          aside={
            <Choice<Period>
              label="One point for each"
              value={period}
              onChange={setPeriod}
              options={PERIODS.map((one) => [one, one.charAt(0).toUpperCase() + one.slice(1)] as const)}
            />
          }
          summary={fresh}
          head={["From", "Bookings", "Confirmed", "Cancelled"]}
          rows={points.map((point) => [shortDay(at(point.date, 720)), point.total, point.confirmed, point.cancelled])}
        >
          {points.length > 0 ? <DailyChart points={points} period={period} /> : <div className="chart" />}
        </ChartCard>
        <ChartCard
          title="Peak hours"
          note={`Bookings by weekday and hour of start, ${days} days`}
          summary="Bookings by weekday and hour of start."
          head={["Hour", ...WEEKDAYS]}
          rows={Array.from({ length: 10 }, (_, index) => [
            `${8 + index}:00`,
            ...WEEKDAYS.map((_, day) => countAt(peaks, day + 1, 8 + index)),
          ])}
        >
          <Heat peaks={peaks} />
        </ChartCard>
      </div>
      <div className="charts charts-three">
        <ChartCard
          title="Use of rooms"
          note={`Share of ${use.available_hours_per_room} working hours in ${days} days`}
          aside={<span className="average-note">Average {Math.round(average)} %</span>}
          summary={`On average rooms are booked for ${Math.round(average)} % of their working hours.`}
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
    </main>
  );
}
