import { cursorOf, lengthOf, readCursor } from "./cursor.ts";
import { eventOf, isIntact } from "./row.ts";
import { BEGINNING, type Place, rowsOf, sealsBehind } from "./sealed-rows.ts";
import type { Log } from "./sealing.ts";
import type { AuditPage } from "./types.ts";

const KIND = "sealed";

function placeOf(cursor: string | undefined): Place {
  if (cursor === undefined) return BEGINNING;
  const [seal = 0, seq = 0] = readCursor(KIND, cursor).map(Number);
  return { seal: Number.isSafeInteger(seal) ? seal : 0, seq: Number.isSafeInteger(seq) ? seq : 0 };
}

/** Reads a page of what is sealed, in its final order. */
export async function sealedPage(log: Log, { after, limit = 100 }: { after?: string; limit?: number } = {}): Promise<AuditPage> {
  const most = lengthOf(limit);
  const keys = await log.keys();
  let place = placeOf(after);
  const events: AuditPage["events"] = [];
  for await (const seal of sealsBehind(log, place.seal)) {
    const rows = await rowsOf(log, seal, place.seq);
    const taken = rows.slice(0, most - events.length);
    events.push(...taken.map((row) => ({ ...eventOf(row), intact: isIntact(keys, row) })));
    if (taken.length < rows.length) {
      place = { seal: place.seal, seq: taken.at(-1)?.seq ?? place.seq };
      return { events, cursor: cursorOf(KIND, place.seal, place.seq), more: true };
    }
    place = { seal: seal.seal, seq: 0 };
  }
  return { events, cursor: cursorOf(KIND, place.seal, place.seq), more: false };
}
