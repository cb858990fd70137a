import { DeliveryError } from "../errors.ts";
import type { Method } from "../factors/factor.ts";
import { secondsUntil } from "../internal/duration.ts";
import { closedUntil, leaked } from "../lockout/policy.ts";
import { keyedHash } from "../secrets/keyed-hash.ts";
import type { SubjectKey } from "../stores/store.ts";
import { codeHash } from "./codes.ts";
import { change, confirmed, type Engine, methodsOf } from "./engine.ts";
import { opened } from "./grants.ts";
import { LIVE_CODES, liveCodes } from "./live-codes.ts";
import { OWN_PURPOSES } from "./own-purposes.ts";
import type { Refusal } from "./results.ts";

const DAY = 86_400_000;

const dayEnd = (now: number): number => (Math.floor(now / DAY) + 1) * DAY;

/** Takes the one code of a pause. Without it, each request beyond the day's codes would try all of their ids. */
async function takeFromPause(engine: Engine, who: SubjectKey, type: Method, endsAt: number, now: number): Promise<boolean> {
  const { pepper } = await engine.openKeys();
  const id = keyedHash(pepper, ["delivery-pause", type, who.tenant, who.subject, String(endsAt)]);
  return (await engine.store.spend({ id, expiresAt: endsAt }, now)) === true;
}

/**
 * Takes one of a day's codes. Each is an id that is spent once, so that the count holds across processes. The
 * last one is told of, since nobody who waits for a code needs so many.
 */
async function takeFromBudget(engine: Engine, who: SubjectKey, type: Method, daily: number, now: number): Promise<boolean> {
  const { pepper } = await engine.openKeys();
  for (let n = 1; n <= daily; n += 1) {
    const id = keyedHash(pepper, ["delivery", type, who.tenant, who.subject, String(dayEnd(now)), String(n)]);
    if ((await engine.store.spend({ id, expiresAt: dayEnd(now) }, now)) !== true) continue;
    if (n === daily) await change(engine, who, [{ type: "delivery_limit_reached", method: type }], {});
    return true;
  }
  return false;
}

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
  // Nothing is sent for a challenge that is dead: ended by a change, or by a lock since.
  if (state.epoch !== claims.epoch || (lane.lockedUntil ?? 0) > claims.issued_at) return { ok: false, reason: "expired" };
  if (
    liveCodes(
      engine,
      confirmed(state).map(({ type }) => type),
    ) > LIVE_CODES
  )
    return { ok: false, reason: "factor_limit" };

  const { lifetime, every, newCode, deliver: send } = factor.delivery;
  const pause = every * 1000;
  const tooSoon = (until: number): Refusal => ({ ok: false, reason: "too_soon", retryAfter: secondsUntil(until, now) });
  // Before the budget, so that haste costs none of it.
  const last = Math.max(...state.codes.filter(({ type }) => type === by).map(({ createdAt }) => createdAt));
  if (last > now - pause) return tooSoon(last + pause);
  const pauseEnd = (Math.floor(now / pause) + 1) * pause;
  if (!(await takeFromPause(engine, who, factor.type, pauseEnd, now))) return tooSoon(pauseEnd);
  // Before the change, so that what is never sent is not in the log, and ends no code that was.
  const isInBudget = await takeFromBudget(engine, who, factor.type, factor.delivery.daily, now);
  if (!isInBudget) return tooSoon(dayEnd(now));

  const { pepper } = await engine.openKeys();
  const code = newCode();
  const expiresAt = Math.min(now + lifetime * 1000, claims.exp * 1000);
  const { applied } = await change(engine, who, [{ type: "code_delivered", method: by }], {
    codes: { type: by, hashes: [codeHash(pepper, who, by, code, claims.jti)], expiresAt, notSince: now - pause },
    epoch: claims.epoch,
  });
  if (!applied) return tooSoon(now + pause);

  const purpose = claims.enrol ? OWN_PURPOSES.setup : claims.purpose;
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
