import { enrolledBy } from "../audit/enrolled-by.ts";
import { BEHIND_ALL_IDS } from "../audit/event-id.ts";
import { RECORDS } from "../audit/events.ts";
import { eventOf, isIntact } from "../audit/row.ts";
import { EnrolmentMismatchError } from "../errors.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import type { SubjectKey } from "../stores/store.ts";
import { change, type Engine } from "./engine.ts";
import type { Subject } from "./requests.ts";
import { keyOf } from "./subject.ts";

/**
 * Milliseconds in which a host's memory may still be behind: the very request that removed the last authenticator came from
 * somebody who was enrolled.
 */
const HEARD_WITHIN = 60_000;

/** Milliseconds that one row of the log stands for: a page asks at every request, and the next row would tell nothing new. */
const NOTED_EVERY = 3_600_000;

/** Whether the log vouches that the last authenticator was removed as it should be, and just now. */
async function wasRemovedJustNow(engine: Engine, who: SubjectKey, now: number): Promise<boolean> {
  const [newest] = await engine.store.auditFind({ above: "", below: BEHIND_ALL_IDS, order: "newest", limit: 1, who, types: RECORDS });
  if (!newest || now - newest.at > HEARD_WITHIN) return false;
  const { audit } = await engine.freshKeys();
  return isIntact(audit, newest) && enrolledBy(eventOf(newest)) === false;
}

/** Whether this hour's row of the log is still to be written. */
async function isFirstOfHour(engine: Engine, who: SubjectKey, now: number): Promise<boolean> {
  const { pepper } = await engine.openKeys();
  const expiresAt = (Math.floor(now / NOTED_EVERY) + 1) * NOTED_EVERY;
  const id = keyedHash(pepper, ["enrolment-mismatch", who.tenant, who.subject, String(expiresAt)]);
  return (await engine.store.spend({ id, expiresAt }, now)) === true;
}

/**
 * Called where a subject without a factor would have leave to something: refuses one whom the host remembers with one,
 * unless the log vouches that it can't have heard yet. The requests of a session come by the page, and are recorded once an
 * hour; a sign-in is recorded each time, since each has cost the password.
 */
export async function denyMissing(engine: Engine, subject: Subject, by: "session" | "sign-in" = "session"): Promise<void> {
  if (!subject.enrolled) return;
  const who = keyOf(subject);
  const now = engine.clock();
  if (await wasRemovedJustNow(engine, who, now)) return;
  if (by === "sign-in" || (await isFirstOfHour(engine, who, now))) await change(engine, who, [{ type: "enrolment_mismatch" }], {});
  throw new EnrolmentMismatchError(
    "This user is enrolled in the host's eyes, and the store holds no authenticator, so nothing is allowed that needs none. " +
      "Restore the tables nightlatch_*, check that the service runs on the right database, or clear the host's flag on purpose.",
  );
}
