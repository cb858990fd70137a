import { DeliveryError } from "../errors.ts";
import type { Method } from "../factors/factor.ts";
import { closedUntil, leaked } from "../lockout/policy.ts";
import { codeHash } from "./codes.ts";
import { change, type Engine, methodsOf } from "./engine.ts";
import { opened } from "./grants.ts";
import { secondsUntil } from "./road.ts";
import type { Refusal } from "./types.ts";

/**
 * Sends a code for a challenge. It counts for that challenge alone, and the one before it is dead; what was
 * guessed before stays counted, since guesses are counted by lane and not by code.
 */
export async function deliver(engine: Engine, token: string, by: Method): Promise<{ ok: true; to: string; expiresAt: Date } | Refusal> {
  const factor = engine.factors.find(({ type, delivery }) => delivery && type === by);
  if (!factor?.delivery) return { ok: false, reason: "unsupported" };
  const claims = await opened(engine, ({ challenges }) => challenges, token);
  if (!claims) return { ok: false, reason: "expired" };
  if (!claims.methods.includes(by)) return { ok: false, reason: "unsupported" };

  const who = { tenant: claims.tenant, subject: claims.sub };
  const now = engine.clock();
  const state = await engine.store.read(who);
  if (!methodsOf(engine, state).includes(by)) return { ok: false, reason: "unsupported" };
  const lane = state.lanes[factor.lane];
  const until = closedUntil(engine.schedule, leaked(engine.schedule, lane, now), lane.lockedUntil);
  if (until > now) return { ok: false, reason: "locked", retryAfter: secondsUntil(until, now) };
  if (state.epoch !== claims.epoch) return { ok: false, reason: "expired" };

  const { lifetime, every, newCode, deliver: send } = factor.delivery;
  const { pepper } = await engine.openKeys();
  const code = newCode();
  const expiresAt = Math.min(now + lifetime * 1000, claims.exp * 1000);
  const { applied } = await change(engine, who, [{ type: "code_delivered", method: by }], {
    codes: { type: by, hashes: [codeHash(pepper, who, by, code, claims.jti)], expiresAt, notSince: now - every * 1000 },
    epoch: claims.epoch,
  });
  if (!applied) return { ok: false, reason: "too_soon", retryAfter: every };

  const { purpose } = claims;
  const subject = { id: who.subject, ...(who.tenant ? { tenant: who.tenant } : {}) };
  try {
    const { to } = await send({ subject, code, expiresAt: new Date(expiresAt), ...(purpose === undefined ? {} : { purpose }) });
    return { ok: true, to: String(to), expiresAt: new Date(expiresAt) };
  } catch (cause) {
    await change(engine, who, [{ type: "delivery_failed", method: by }], {});
    throw new DeliveryError(`The host's ${by}(deliver) failed, so no code is on its way. Another can be asked for in ${every} s.`, {
      cause,
    });
  }
}
