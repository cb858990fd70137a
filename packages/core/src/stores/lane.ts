import { closedUntil, leaked, lockAfter } from "../lockout/policy.ts";
import type { Charge, Charged, LaneState, Settlement } from "./store.ts";

/** A lane as it lies in its table. */
export interface LaneRow extends LaneState {
  /** Attempts refused under the lock since the last one admitted. */
  refusals: number;
}

export const EMPTY_LANE: LaneRow = Object.freeze({ attempts: 0, forgiven: 0, tally: 0, tallyAt: 0, lockedUntil: null, refusals: 0 });

/** What `Store` tells of a lane. Every guarded request reads it, and a copy by name is made in no time. */
export const laneState = ({ attempts, forgiven, tally, tallyAt, lockedUntil }: LaneRow): LaneState => ({
  attempts,
  forgiven,
  tally,
  tallyAt,
  lockedUntil,
});

/** A charge's answer without the subject's record. */
type LaneCharged = Omit<Charged & { admitted: true }, "record"> | (Charged & { admitted: false });

/** Counts an attempt, or refuses it: the answer, and the lane behind it. */
export function chargeLane(
  before: LaneRow,
  { now, schedule }: Charge,
  isDead: (lockedUntil: number) => boolean,
): { charged: LaneCharged; lane: LaneRow } {
  const lane = { ...before, ...leaked(schedule, before, now) };
  const until = closedUntil(schedule, lane, lane.lockedUntil);
  if (until > now) {
    const first = lane.refusals === 0;
    return { charged: { admitted: false, reason: "locked", until, first }, lane: { ...lane, refusals: lane.refusals + 1 } };
  }
  if (isDead(lane.lockedUntil ?? 0)) return { charged: { admitted: false, reason: "expired", until: now, first: false }, lane };

  const { lockedUntil, refusals } = lane;
  const attempt = lane.attempts + 1;
  const tally = lane.tally + 1;
  const seen = { attempt, run: attempt - lane.forgiven, lockedUntil };
  const lock = lockAfter(schedule, seen.run);
  const brought = lock > 0 ? now + lock : null;
  return {
    charged: { admitted: true, seen, tally, lockedUntil: brought, refusals },
    lane: { ...lane, attempts: attempt, tally, lockedUntil: brought ?? lockedUntil, refusals: 0 },
  };
}

/** The lane behind a success: forgiven is what the attempt's own charge saw, not the guesses that came in behind it. */
export function forgive(lane: LaneRow, { now, schedule, seen }: Settlement): LaneRow {
  const forgiven = Math.max(lane.forgiven, seen.attempt);
  const lock = lockAfter(schedule, lane.attempts - forgiven);
  // Forgiven before, by a later success or an unlocking, this attempt has no lock left to undo.
  const restored = seen.attempt > lane.forgiven ? seen.lockedUntil : lane.lockedUntil;
  return { ...lane, forgiven, tally: Math.max(0, lane.tally - 1), lockedUntil: lock > 0 ? now + lock : restored };
}

/** The lane with all failures forgotten. Its lock ends now and not in the past, so that challenges from before it stay dead. */
export function unlocked({ attempts }: LaneRow, now: number): LaneRow {
  return { attempts, forgiven: attempts, tally: 0, tallyAt: now, lockedUntil: now, refusals: 0 };
}
