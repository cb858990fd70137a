import { type ReactNode, useState } from "react";
import type { RoomDay } from "../api/types.ts";
import { Link } from "../router.tsx";
import { CLOSES, clockOf, dayOf, lengthOf, minutesIn, OPENS } from "../times.ts";
import { BookSheet } from "./book-sheet.tsx";
import { gapsOf } from "./draft.ts";
import { type DayProps, Lane } from "./lane.tsx";
import { progressOf } from "./progress.ts";

interface Standing {
  tone: "good" | "own" | "quiet";
  words: string;
}

/** How a room stands at this minute. */
function standingOf(room: RoomDay, day: string, now: number): Standing {
  if (!room.is_available) return { tone: "quiet", words: "Not available" };
  const first = gapsOf(room, day, now)[0];
  if (day !== dayOf(now)) return { tone: "quiet", words: first ? `Free from ${clockOf(Math.max(OPENS, first.from))}` : "Past" };
  const taken = room.busy.find(({ starts_at, ends_at }) => new Date(starts_at).getTime() <= now && new Date(ends_at).getTime() > now);
  if (taken?.own) return { tone: "own", words: `Yours until ${clockOf(minutesIn(day, taken.ends_at))}` };
  if (taken) return { tone: "quiet", words: first ? `Free from ${clockOf(first.from)}` : "Booked out" };
  return { tone: "good", words: first && first.to < CLOSES ? `Free until ${clockOf(first.to)}` : "Free" };
}

function Strip({ room, ...props }: DayProps & { room: RoomDay }): ReactNode {
  const { tone, words } = standingOf(room, props.day, props.now);
  return (
    <li className="strip-row">
      <p>
        <Link to={`/rooms/${room.id}`}>{room.name}</Link>
        <span className="quiet small">
          {room.capacity} · {room.location}
        </span>
        <span className="standing small" data-tone={tone}>
          {words}
        </span>
      </p>
      <Lane room={room} className="lane strip" {...props} />
    </li>
  );
}

/** A day on a phone: each room a strip; what is chosen is booked on a sheet. */
export function DayStrips(props: DayProps): ReactNode {
  const { rooms, day, now, draft, onBook } = props;
  const [sheet, setSheet] = useState(false);
  const { minute, showsNow, style } = progressOf(day, now);
  const room = rooms.find(({ id }) => id === draft?.roomId);
  const chosen = room && (draft?.phase === "open" || draft?.phase === "moving") ? draft : undefined;
  return (
    <div className="strips" style={style} data-today={showsNow || undefined}>
      <div className="strip-axis" aria-hidden="true">
        {[8, 10, 12, 14, 16, 18].map((hour) => (
          <span key={hour} data-hidden={(showsNow && Math.abs(hour * 60 - minute) < 50) || undefined}>
            {String(hour).padStart(2, "0")}
          </span>
        ))}
        {showsNow && <span className="now-pill">{clockOf(minute)}</span>}
      </div>
      <ul>
        {rooms.map((one) => (
          <Strip key={one.id} {...props} room={one} />
        ))}
      </ul>
      {room && chosen && !sheet && (
        <div className="chosen" role="status">
          <p>
            <strong>
              {room.name}, {clockOf(chosen.from)}–{clockOf(chosen.to)}
            </strong>
            <span className="quiet small">{lengthOf(chosen.to - chosen.from)} · drag the ends to change</span>
          </p>
          <button type="button" className="button button-primary" onClick={() => setSheet(true)}>
            Continue
          </button>
        </div>
      )}
      {room && chosen && sheet && (
        <BookSheet
          {...props}
          room={room}
          draft={chosen}
          onBook={() => {
            setSheet(false);
            onBook(chosen);
          }}
          onClose={() => setSheet(false)}
        />
      )}
    </div>
  );
}
