import { ConfigError } from "../errors.ts";
import type { Change } from "../stores/store.ts";
import { change, type Engine, keyOf } from "./engine.ts";
import { provenByGrant } from "./proof.ts";
import type { AdminAct, Refusal, Subject } from "./types.ts";

const LONGEST_REASON = 500;

type AdminEvent = "unlocked" | "mfa_reset" | "mfa_switched_off" | "mfa_switched_on";

/** What an act does, beside telling of it. */
const ACTS = {
  unlocked: { unlock: true },
  mfa_reset: { removeAll: true, unlock: true, raiseEpoch: true },
  mfa_switched_off: { switchedOff: true, raiseEpoch: true },
  mfa_switched_on: { switchedOff: false, raiseEpoch: true },
} as const satisfies Record<AdminEvent, Partial<Change>>;

/**
 * An admin's act on somebody else's account. The actor proves a second factor of their own moments ago, so a
 * stolen admin session alone resets nobody, and nobody talks their own way out of a lock.
 */
export async function act(engine: Engine, subject: Subject, by: AdminAct, type: AdminEvent): Promise<{ ok: true } | Refusal> {
  const { actor, grant, reason } = by;
  if (typeof reason !== "string" || reason.trim() === "" || reason.length > LONGEST_REASON || !reason.isWellFormed()) {
    throw new ConfigError(`An admin's act has a reason of 1 to ${LONGEST_REASON} characters, for whoever reads the log.`);
  }
  if (actor.id === subject.id && (actor.tenant ?? "") === (subject.tenant ?? "")) return { ok: false, reason: "own_account" };
  const { proven } = await provenByGrant(engine, actor, grant);
  if (!proven) return { ok: false, reason: "proof_needed" };
  // Switching what is switched already changes nothing, and what was asked for is so.
  await change(engine, keyOf(subject), [{ type, actor: actor.id, reason }], ACTS[type]);
  return { ok: true };
}

/** The log's rows that are of no subject stand under this key. */
const NOBODY = { tenant: "", subject: "" };

/** Records, once for each turn, that the host switched MFA off for everybody, or on again. */
export async function noteSwitch(engine: Engine): Promise<void> {
  const { switchedOff } = engine;
  const { switchedOffAt } = await engine.store.read(NOBODY);
  if ((switchedOffAt !== null) === switchedOff) return;
  await change(engine, NOBODY, [{ type: switchedOff ? "mfa_switched_off" : "mfa_switched_on" }], { switchedOff });
}
