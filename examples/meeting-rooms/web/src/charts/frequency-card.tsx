import { type ReactNode, useState } from "react";
import { type Period, readFrequency } from "../api/analytics.ts";
import { useLive } from "../api/live.ts";
import { useRead } from "../api/use-read.ts";
import { capitalised } from "../parts/capitalised.ts";
import { Choice } from "../parts/choice.tsx";
import { at, dayMonthShort, shortDay } from "../times.ts";
import { ChartCard } from "./chart-card.tsx";
import { counted } from "./counted.ts";
import { busiestOf, DailyChart } from "./daily.tsx";

const PERIODS = ["daily", "weekly", "monthly"] as const;
const STRETCH = { daily: "day", weekly: "week", monthly: "month" } as const;

/** Bookings over time, by the day, the week or the month; read anew at most every so many milliseconds. */
export function FrequencyCard({ days, every }: { days: number; every: number }): ReactNode {
  const [period, setPeriod] = useState<Period>("daily");
  const read = useRead(`frequency ${period} ${days}`, (signal) => readFrequency(period, days, signal));
  useLive(read.reload, every);

  const points = read.data?.frequency ?? [];
  const busiest = busiestOf(points);
  const total = points.reduce((sum, { confirmed }) => sum + confirmed, 0);
  const note = busiest ? `${counted(total)} in ${days} days · busiest ${dayMonthShort(at(busiest.date, 720))}` : "\u00a0";
  return (
    <ChartCard
      title={`Bookings a ${STRETCH[period]}`}
      note={note}
      aside={
        <Choice<Period>
          label="One point for each"
          value={period}
          onChange={setPeriod}
          options={PERIODS.map((one) => [one, capitalised(one)] as const)}
        />
      }
      summary={note}
      head={["From", "Bookings", "Confirmed", "Cancelled"]}
      rows={points.map((point) => [shortDay(at(point.date, 720)), point.total, point.confirmed, point.cancelled])}
    >
      {points.length > 0 ? <DailyChart points={points} period={period} /> : <div className="chart" />}
    </ChartCard>
  );
}
