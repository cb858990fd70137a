import type { CSSProperties, ReactNode } from "react";
import type { Overview, Today } from "../api/analytics.ts";
import { Stars } from "../parts/icon.tsx";
import { counted } from "./counted.ts";

function Tile({
  name,
  value,
  unit,
  foot,
  children,
}: {
  name: string;
  value: string;
  unit: string;
  foot: string;
  children: ReactNode;
}): ReactNode {
  return (
    <section className="card figure" aria-label={name}>
      <h2>{name}</h2>
      <p>
        <strong data-figure={name}>{value}</strong> <span className="quiet small">{unit}</span>
      </p>
      <div className="figure-drawn" aria-hidden="true">
        {children}
      </div>
      <p className="quiet small">{foot}</p>
    </section>
  );
}

const Split = ({ part, all }: { part: number; all: number }): ReactNode => (
  <span className="split" style={{ "--share": all === 0 ? 0 : part / all } as CSSProperties} />
);

/** Today in ten bars: what is over, the hour that is going on, and what comes. */
function DayBars({ hours, now }: { hours: Today["hours"]; now: number }): ReactNode {
  const shown = hours.filter(({ hour }) => hour >= 8 && hour < 18);
  const most = Math.max(1, ...shown.map(({ booking_count }) => booking_count));
  const hour = new Date(now).getHours();
  return (
    <span className="day-bars">
      {shown.map((one) => (
        <i
          key={one.hour}
          style={{ "--share": one.booking_count / most } as CSSProperties}
          data-when={one.hour === hour ? "now" : one.hour < hour ? "over" : undefined}
        />
      ))}
    </span>
  );
}

/** The system in five figures. */
export function Tiles({ overview, today, now }: { overview: Overview; today: Today; now: number }): ReactNode {
  const { users, rooms, bookings, reviews } = overview;
  return (
    <div className="figures">
      <Tile name="Today" value={counted(today.total)} unit="bookings" foot={`${today.in_progress} going on now, ${today.to_come} to come`}>
        <DayBars hours={today.hours} now={now} />
      </Tile>
      <Tile
        name="Bookings"
        value={counted(bookings.total)}
        unit="in all"
        foot={`${counted(bookings.confirmed)} confirmed, ${counted(bookings.cancelled)} cancelled`}
      >
        <Split part={bookings.confirmed} all={bookings.total} />
      </Tile>
      <Tile
        name="Rooms"
        value={counted(rooms.available)}
        unit={`of ${rooms.total} available`}
        foot={`${rooms.unavailable} closed for booking`}
      >
        <span className="pips">
          {Array.from({ length: Math.min(39, rooms.total) }, (_, pip) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
            <i key={pip} data-off={pip >= rooms.available || undefined} />
          ))}
        </span>
      </Tile>
      <Tile name="People" value={counted(users.active)} unit={`of ${counted(users.total)} active`} foot={`${users.inactive} inactive`}>
        <Split part={users.active} all={users.total} />
      </Tile>
      <Tile
        name="Average rating"
        value={reviews.average_rating === null ? "–" : reviews.average_rating.toFixed(2)}
        unit="of 5"
        foot={reviews.total === 1 ? "1 review" : `${counted(reviews.total)} reviews`}
      >
        <Stars rating={reviews.average_rating ?? 0} size={18} />
      </Tile>
    </div>
  );
}
