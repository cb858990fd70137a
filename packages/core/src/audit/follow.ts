import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../errors.ts";
import { toSeconds } from "../internal/duration.ts";
import type { StoredAuditRow } from "../stores/store.ts";
import { deadLettersOf, type FoundLetter, layAside, rowOf } from "./dead-letters.ts";
import type { MfaEvent } from "./events.ts";
import { type HeldPlace, takePlace } from "./follower-place.ts";
import { eventOf, isIntact } from "./row.ts";
import { BEGINNING, type Place, rowsOf, sealsBehind } from "./sealed-rows.ts";
import { type Log, sealAll } from "./sealing.ts";
import type { Drained, Follower, FollowOptions } from "./types.ts";

/** Events handed over between two notes of how far it is: after a crash so many come twice, at most. */
const NOTE_EVERY = 20;

/** Milliseconds before the second try of an event, doubled before each further one up to the longest. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

/** Between half and all of the wait, by chance, lest those who failed together come again together. */
const waitBefore = (attempt: number): number =>
  Math.round(Math.min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT) * (0.5 + Math.random() / 2));

const NAME = /^[a-z0-9-]{1,64}$/;

const unref = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal, ref: false });

interface Checked extends Required<Omit<FollowOptions, "every" | "onError">> {
  every: number;
  onError: (error: unknown, event?: MfaEvent) => void;
}

function checked({ name, sink, from = "now", every = "5s", attempts = Infinity, onError, wait = unref }: FollowOptions): Checked {
  const seconds = toSeconds(every);
  if (typeof name !== "string" || !NAME.test(name)) throw new ConfigError("A follower's name has 1 to 64 of a-z, 0-9 and -.");
  if (typeof sink !== "function") throw new ConfigError("A follower's sink is a function that takes an event.");
  if (from !== "now" && from !== "start") throw new ConfigError('A follower begins from "now" or from the "start".');
  if (seconds === undefined || seconds < 1 || seconds > 86_400) throw new ConfigError("A follower looks for events every 1 s to 1 d.");
  if (attempts !== Infinity && (!Number.isSafeInteger(attempts) || attempts < 1)) {
    throw new ConfigError("A follower makes 1 attempt at an event, or more.");
  }
  const hear = (error: unknown, event?: MfaEvent): void => {
    try {
      onError?.(error, event);
    } catch {
      // It is told of what went wrong; that it goes wrong itself must not end the follower.
    }
  };
  return { name, sink, from, every: seconds * 1000, attempts, onError: hear, wait };
}

/** The sink did not take an event, and was not asked again: the follower was stopped. */
class NotTaken extends Error {}

/** Has a sink follow the log. */
export function followLog(log: Log, options: FollowOptions): Follower {
  const { name, sink, from, every, attempts, onError, wait } = checked(options);
  let running: Promise<void> | undefined;
  let stopping = new AbortController();

  /** Where one that has no place yet begins: the sealed end of the log, with what stands behind it now. */
  const first = async (): Promise<Place> => {
    const { head } = from === "now" ? await sealAll(log, onError) : {};
    return head ? { seal: head.seal, seq: 0 } : BEGINNING;
  };

  /** Whether the sink took the event. False where it was laid aside; where another took over, or it was stopped, it throws. */
  const deliver = async (event: MfaEvent, held: HeldPlace, signal: AbortSignal): Promise<boolean> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await sink(event);
        return true;
      } catch (error) {
        onError(error, event);
        if (attempt >= attempts) {
          await layAside(log, name, event.id, attempt, error);
          return false;
        }
        const ms = waitBefore(attempt);
        if (signal.aborted || !(await held.move(held.place, ms))) throw new NotTaken();
        await wait(ms, signal).catch(() => {
          throw new NotTaken();
        });
      }
    }
  };

  const run = async (held: HeldPlace, signal: AbortSignal, done: Drained): Promise<void> => {
    const keys = await log.keys();
    let unnoted = 0;
    let { seal: behind, seq } = held.place;
    const note = async (isDue: boolean): Promise<void> => {
      unnoted += 1;
      if (!isDue && unnoted < NOTE_EVERY) return;
      if (!(await held.move({ seal: behind, seq }))) throw new NotTaken();
      unnoted = 0;
    };
    const handOver = async (row: StoredAuditRow): Promise<void> => {
      // What was edited tells of nothing that happened; `verify` tells of it.
      if (!isIntact(keys, row)) return onError(new Error(`Row ${row.seq} of the audit log is not as it was written. Run audit.verify().`));
      if (await deliver(eventOf(row), held, signal)) done.delivered += 1;
      else done.dead += 1;
    };
    try {
      for await (const seal of sealsBehind(log, behind)) {
        for (const row of await rowsOf(log, seal, seq)) {
          if (signal.aborted) throw new NotTaken();
          await handOver(row);
          seq = row.seq;
          await note(false);
        }
        [behind, seq] = [seal.seal, 0];
        await note(unnoted > 0);
      }
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
    } finally {
      await held.move({ seal: behind, seq }).catch(() => false);
    }
  };

  const drain = async (signal: AbortSignal): Promise<Drained> => {
    const done: Drained = { delivered: 0, dead: 0, held: false };
    const held = await takePlace(log, name, first);
    if (!held) return done;
    done.held = true;
    try {
      await sealAll(log, onError);
      await run(held, signal, done);
    } finally {
      await held.release().catch(() => undefined);
    }
    return done;
  };

  /** Tries a dead letter once more. Where its row was removed, or edited, there is nothing left to hand over. */
  const replayed = async ({ letter, settle }: FoundLetter): Promise<"delivered" | "failed" | "gone"> => {
    const row = await rowOf(log, letter.eventId);
    const isThere = row !== undefined && isIntact(await log.keys(), row);
    try {
      if (isThere) await sink(eventOf(row));
    } catch (error) {
      onError(error);
      return "failed";
    }
    await settle();
    return isThere ? "delivered" : "gone";
  };

  const loop = async (signal: AbortSignal): Promise<void> => {
    for (let failures = 0; !signal.aborted; ) {
      try {
        await drain(signal);
        failures = 0;
      } catch (error) {
        failures += 1;
        onError(error);
      }
      await wait(failures > 0 ? Math.max(every, waitBefore(failures)) : every, signal).catch(() => undefined);
    }
  };

  return Object.freeze({
    drain: async () => await drain(stopping.signal),
    start() {
      running ??= loop(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await running;
      running = undefined;
      stopping = new AbortController();
    },
    async deadLetters(page?: { after?: string; limit?: number }) {
      return (await deadLettersOf(log, name, page)).map(({ letter }) => letter);
    },
    async replay(eventIds?: readonly string[]) {
      const done = { delivered: 0, failed: 0 };
      let after = "";
      for (;;) {
        const found = await deadLettersOf(log, name, { after, limit: 100 });
        for (const letter of found) {
          if (eventIds?.includes(letter.letter.eventId) === false) continue;
          const came = await replayed(letter);
          if (came !== "gone") done[came] += 1;
        }
        after = found.at(-1)?.letter.eventId ?? after;
        if (found.length < 100) return done;
      }
    },
  });
}
