import type { StoredAuditRow } from "../stores/store.ts";
import { lengthOf } from "./cursor.ts";
import type { Log } from "./sealing.ts";
import type { DeadLetter } from "./types.ts";

const prefixOf = (name: string): string => `dead/${name}/`;

type Kept = Omit<DeadLetter, "at"> & { at: number };

/** What an error may be called: nothing in it can be an address. */
const WORD = /^[\w.-]{1,64}$/;

/** An error's name and code. What it says may name a person, and would outlive that person's erasure here. */
function whyOf(error: unknown): string {
  const { name, code, cause } = Object(error) as { name?: unknown; code?: unknown; cause?: unknown };
  const words = [name, code ?? (Object(cause) as { code?: unknown }).code].filter((word) => word !== undefined && WORD.test(String(word)));
  return words.join(" ") || typeof error;
}

/** Lays an event aside. What it says stays in the log, where erasing its subject finds it. */
export async function layAside({ store, clock }: Log, name: string, eventId: string, attempts: number, error: unknown): Promise<void> {
  const letter: Kept = { eventId, error: whyOf(error), attempts, at: clock() };
  await store.auditNote({ key: prefixOf(name) + eventId, from: null, to: JSON.stringify(letter) });
}

/** A dead letter, and the way to be done with it. */
export interface FoundLetter {
  letter: DeadLetter;
  /** Takes it from the dead letters. */
  settle(): Promise<void>;
}

/** The dead letters of a name, by the time of their events. */
export async function deadLettersOf(
  { store }: Log,
  name: string,
  { after = "", limit = 100 }: { after?: string; limit?: number } = {},
): Promise<FoundLetter[]> {
  const prefix = prefixOf(name);
  const notes = await store.auditNotes({ prefix, after: after === "" ? "" : prefix + after, limit: lengthOf(limit) });
  return notes.flatMap(({ key, value }) => {
    const eventId = key.slice(prefix.length);
    let kept: Partial<Kept> = {};
    try {
      kept = JSON.parse(value) as Kept;
    } catch {
      // Somebody edited it. Which event it is the key tells.
    }
    const { error = "", attempts = 0, at = 0 } = kept;
    const settle = async (): Promise<void> => void (await store.auditNote({ key, from: value, to: null }));
    return [{ letter: { eventId, error, attempts, at: new Date(at) }, settle }];
  });
}

/** The row of an event; `undefined` once it was removed. */
export async function rowOf({ store }: Log, eventId: string): Promise<StoredAuditRow | undefined> {
  const [row] = await store.auditFind({ above: eventId.slice(0, -1), below: `${eventId}~`, order: "oldest", limit: 1 });
  return row?.id === eventId ? row : undefined;
}
