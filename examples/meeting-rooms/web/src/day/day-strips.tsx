import { type CSSProperties, type ReactNode, useState } from "react";
import type { RoomDay } from "../api/types.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Link } from "../router.tsx";
import { CLOSES, clockOf, dayOf, lengthOf, minutesIn, OPENS } from "../times.ts";
import { Block, DraftBlock } from "./block.tsx";
import { BookForm, seats } from "./book-form.tsx";
import { type DayProps, drafted } from "./day-grid.tsx";
import { gapAt, gapsOf } from "./draft.ts";
import { useDrag } from "./use-drag.ts";

interface Standing {
  tone: "good" | "own" | "quiet";
  words: string;
}

/** How a room stands at this minute. */
function standingOf(room: RoomDay, day: string, now: number): Standing {
  if (!room.is_available) return { tone: "quiet", words: "Not available" };
  const gaps = gapsOf(room, day, now);
  const first = gaps[0];
  if (day !== dayOf(now))
    return first ? { tone: "quiet", words: `Free from ${clockOf(Math.max(OPENS, first.from))}` } : { tone: "quiet", words: "Past" };
  const taken = room.busy.find(({ starts_at, ends_at }) => new Date(starts_at).getTime() <= now && new Date(ends_at).getTime() > now);
  if (taken?.own) return { tone: "own", words: `Yours until ${clockOf(minutesIn(day, taken.ends_at))}` };
  if (taken) return { tone: "quiet", words: first ? `Free from ${clockOf(first.from)}` : "Booked out" };
  return { tone: "good", words: first && first.to < CLOSES ? `Free until ${clockOf(first.to)}` : "Free" };
}

function Strip({ room, day, now, draft, setDraft }: DayProps & { room: RoomDay }): ReactNode {
  const gaps = gapsOf(room, day, now);
  const own = draft?.roomId === room.id ? draft : undefined;
  const drag = useDrag({ gaps, draft: own, onDraft: (span, done) => setDraft(drafted(room.id, span, draft, done)) });
  const { tone, words } = standingOf(room, day, now);
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
      <div className="lane strip" {...drag} data-off={!room.is_available || undefined}>
        {room.busy.map((busy) => (
          <Block key={`${busy.starts_at} ${busy.booking_id ?? ""}`} busy={busy} day={day} now={now} />
        ))}
        {own && <DraftBlock draft={own} />}
      </div>
    </li>
  );
}

/** A day on a phone: each room a strip; what is chosen is booked on a sheet. */
export function DayStrips(props: DayProps): ReactNode {
  const { rooms, day, now, draft, setDraft, onBook } = props;
  const [sheet, setSheet] = useState(false);
  const minute = minutesIn(day, now);
  const showsNow = day === dayOf(now) && minute >= OPENS && minute < CLOSES;
  const past = day === dayOf(now) ? Math.min(CLOSES, Math.max(OPENS, minute)) : day < dayOf(now) ? CLOSES : OPENS;
  const room = rooms.find(({ id }) => id === draft?.roomId);
  const chosen = room && draft?.phase === "open" ? draft : undefined;
  const gaps = room ? gapsOf(room, day, now) : [];
  const until = chosen && gapAt(gaps, chosen.from)?.to;
  return (
    <div className="strips" style={{ "--now": (minute - OPENS) / 60, "--over": (past - OPENS) / 60 } as CSSProperties}>
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
      {showsNow && <i className="now-line" aria-hidden="true" />}
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
        <Dialog
          title={`Book ${room.name}`}
          note={`${seats(room.capacity)}, ${room.location}. ${until && until < 1440 ? `Free until ${clockOf(until)}.` : "Free for the rest of the day."}`}
          onClose={() => setSheet(false)}
        >
          <BookForm
            isSheet
            room={room}
            draft={chosen}
            day={day}
            gaps={gaps}
            change={(changes) => setDraft({ ...chosen, ...changes })}
            onBook={() => {
              setSheet(false);
              onBook(chosen);
            }}
            onClose={() => setSheet(false)}
          />
        </Dialog>
      )}
    </div>
  );
}
