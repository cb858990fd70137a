import { closedUntil, leaked } from "../lockout/policy.ts";
import { SHORT_SECRET } from "../otp/secret.ts";
import { plaintextLength } from "../secrets/seal.ts";
import { confirmed, type Engine, isSwitchedOff, methodsOf, recoveryCodesLeft } from "./engine.ts";
import { denyMissing } from "./mismatch.ts";
import type { Subject } from "./requests.ts";
import type { Status } from "./results.ts";
import { keyOf } from "./subject.ts";

/** What a subject may know of its own state, in one read. */
export async function status(engine: Engine, subject: Subject): Promise<Status> {
  const state = await engine.store.read(keyOf(subject));
  const factors = confirmed(state);
  const switchedOff = await isSwitchedOff(engine, keyOf(subject), state);
  if (factors.length === 0 && !switchedOff) await denyMissing(engine, subject);
  const now = engine.clock();
  const { authenticator: lane } = state.lanes;
  const lockedUntil = closedUntil(engine.schedule, leaked(engine.schedule, lane, now), lane.lockedUntil);
  return {
    enabled: factors.length > 0,
    factors: factors.map(({ id, type, name, createdAt, lastUsedAt, secret }) => ({
      id,
      type,
      name,
      createdAt: new Date(createdAt),
      ...(lastUsedAt === null ? {} : { lastUsedAt: new Date(lastUsedAt) }),
      short: plaintextLength(secret) < SHORT_SECRET,
    })),
    methods: methodsOf(engine, state),
    recoveryCodesLeft: recoveryCodesLeft(state),
    ...(lockedUntil > now ? { lockedUntil: new Date(lockedUntil) } : {}),
    switchedOff,
  };
}
