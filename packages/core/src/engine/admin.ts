import { recordsOf } from "../audit/erasures.ts";
import type { NewEvent } from "../audit/events.ts";
import { ConfigError, StoreError } from "../errors.ts";
import type { Change, SubjectKey, SubjectState } from "../stores/store.ts";
import { change, confirmed, type Engine, isMarkedOff, switchMark } from "./engine.ts";
import { provenByGrant } from "./proof.ts";
import type { AdminAct, Subject } from "./requests.ts";
import type { Refusal, RefusalReason } from "./results.ts";
import { keyOf, NOBODY } from "./subject.ts";

const LONGEST_REASON = 500;

/** An act's change, for a subject as it is now. */
type Act = (mark: string, isOff: boolean) => Decision["what"];

type AdminEvent = "unlocked" | "mfa_reset" | "mfa_switched_off" | "mfa_switched_on";

/** What an act does, by the event that tells of it. */
const ACTS: Record<AdminEvent, Act> = {
  unlocked: () => ({ unlock: true }),
  // Whoever starts anew starts with MFA on.
  mfa_reset: (_, isOff) => ({ removeAll: true, unlock: true, raiseEpoch: true, ...(isOff ? { switchedOff: "" } : {}) }),
  mfa_switched_off: (mark) => ({ switchedOff: mark, raiseEpoch: true }),
  mfa_switched_on: () => ({ switchedOff: "", raiseEpoch: true }),
};

/** What a subject's state asks for. */
interface Decision {
  /** Absent where this is a step, and more is to be decided behind it. */
  event?: NewEvent;
  what: Omit<Change, "tenant" | "subject" | "now" | "audit">;
}

/** A few tries suffice: each after the first follows another change of the same subject. */
const MOST_TRIES = 10;

/** Makes the change that a subject's state asks for, on that very state; where it asks for none, that is done too. */
async function changeAsDecided(
  engine: Engine,
  who: SubjectKey,
  decide: (state: SubjectState) => Promise<Decision | undefined>,
): Promise<void> {
  for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
    const state = await engine.store.read(who);
    const decision = await decide(state);
    if (!decision) return;
    const { event, what } = decision;
    const { applied } = await change(engine, who, event ? [event] : [], { ...what, epoch: state.epoch });
    if (applied && event) return;
  }
  throw new StoreError(`The subject was changed by others ${MOST_TRIES} times in a row. What was asked has not been done: ask again.`);
}

/**
 * An admin's act on somebody else's account. The actor has a second factor and proved it moments ago, so a
 * stolen admin session alone resets nobody, and nobody talks their own way out of a lock.
 */
export async function act(engine: Engine, subject: Subject, by: AdminAct, type: AdminEvent): Promise<{ ok: true } | Refusal> {
  const { actor, grant, reason } = by;
  if (typeof reason !== "string" || reason.trim() === "" || reason.length > LONGEST_REASON || !reason.isWellFormed()) {
    throw new ConfigError(`An admin's act has a reason of 1 to ${LONGEST_REASON} characters, for whoever reads the log.`);
  }
  const who = keyOf(subject);
  const { tenant, subject: actorId } = keyOf(actor);
  const named = { actor: actorId, ...(tenant === who.tenant ? {} : { actorTenant: tenant }) };
  const refuse = async (why: RefusalReason): Promise<Refusal> => {
    await change(engine, who, [{ type: "admin_act_refused", act: type, ...named, why }], {});
    return { ok: false, reason: why };
  };

  if (actorId === who.subject && tenant === who.tenant) return await refuse("own_account");
  const { proven, state: own } = await provenByGrant(engine, actor, grant);
  if (!proven || confirmed(own).length === 0) return await refuse("proof_needed");

  const mark = switchMark(await engine.openKeys(), who);
  await changeAsDecided(engine, who, async (state) => {
    const isOff = await isMarkedOff(engine, who, state);
    // What is switched already is as it was asked for.
    const isDone = (type === "mfa_switched_off" && isOff) || (type === "mfa_switched_on" && !isOff);
    return isDone ? undefined : { event: { type, ...named, reason }, what: ACTS[type](mark, isOff) };
  });
  return { ok: true };
}

/**
 * Removes all that is held of a user who is deleted, and blanks the user in the log. The authenticators go first: a first one
 * raises the epoch and a further one does not, so only where there is none does the epoch vouch for the count of records.
 */
export async function erase(engine: Engine, subject: Subject): Promise<void> {
  const who = keyOf(subject);
  await changeAsDecided(engine, who, async (state) => {
    if (confirmed(state).length > 0) return { what: { removeAll: true, raiseEpoch: true } };
    const { audit } = await engine.freshKeys();
    return {
      event: { type: "subject_erased", records: await recordsOf(engine.store, audit, who) },
      what: { removeAll: true, raiseEpoch: true, blank: true, ...(state.switchedOff === null ? {} : { switchedOff: "" }) },
    };
  });
}

const noted = new WeakSet<Engine>();

/** Records, once for each turn, that the host switched MFA off for everybody, or on again. */
export async function noteSwitch(engine: Engine): Promise<void> {
  if (noted.has(engine)) return;
  const { switchedOff } = await engine.store.read(NOBODY);
  if ((switchedOff !== null) !== engine.switchedOff) {
    const mark = engine.switchedOff ? switchMark(await engine.openKeys(), NOBODY) : "";
    const type = engine.switchedOff ? "mfa_switched_off" : "mfa_switched_on";
    await change(engine, NOBODY, [{ type }], { switchedOff: mark });
  }
  noted.add(engine);
}
