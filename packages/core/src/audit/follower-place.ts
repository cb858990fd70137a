import { randomUUID } from "node:crypto";
import { BEGINNING, type Place } from "./sealed-rows.ts";
import type { Log } from "./sealing.ts";

/** Milliseconds for which a follower has its name to itself; whatever it waits for comes on top. */
const LEASE = 120_000;

interface Kept extends Place {
  owner: string;
  until: number;
}

/** A follower's place in the log, which one process at a time moves. */
export interface HeldPlace {
  readonly place: Place;
  /** Moves on, and stays the holder for `wait` milliseconds and a while. False once another has taken over. */
  move(place: Place, wait?: number): Promise<boolean>;
  release(): Promise<void>;
}

const keyOf = (name: string): string => `follower/${name}`;

function read(value: string): Kept {
  try {
    const { seal, seq, owner, until } = JSON.parse(value) as Kept;
    const isWhole = [seal, seq, until].every(Number.isSafeInteger) && typeof owner === "string";
    if (isWhole) return { seal, seq, owner, until };
  } catch {
    // Somebody edited it: from the beginning, since at least once is what was promised.
  }
  return { ...BEGINNING, owner: "", until: 0 };
}

/**
 * Takes a follower's place for this process; `undefined` where another has it. One that died is given up on two minutes
 * after it last moved.
 */
export async function takePlace(log: Log, name: string, first: () => Promise<Place>): Promise<HeldPlace | undefined> {
  const owner = randomUUID();
  const key = keyOf(name);
  // Notes that begin alike may be of other names.
  const [note] = (await log.store.auditNotes({ prefix: key, after: "", limit: 1 })).filter((found) => found.key === key);
  const found = note ? read(note.value) : { ...(await first()), owner, until: 0 };
  if (found.owner !== owner && found.until > log.clock()) return undefined;

  let place: Place = { seal: found.seal, seq: found.seq };
  let value: string | null = note?.value ?? null;
  const move = async (next: Place, until: number): Promise<boolean> => {
    const to = JSON.stringify({ seal: next.seal, seq: next.seq, owner, until } satisfies Kept);
    if (to === value) return true;
    if (!(await log.store.auditNote({ key, from: value, to }))) return false;
    [place, value] = [next, to];
    return true;
  };
  if (!(await move(place, log.clock() + LEASE))) return undefined;
  return {
    get place() {
      return place;
    },
    move: (next, wait = 0) => move(next, log.clock() + LEASE + wait),
    async release() {
      await move(place, 0);
    },
  };
}
