import { closedUntil, leaked } from "../lockout/policy.ts";
import { confirmed, type Engine, keyOf, methodsOf, recoveryCodesLeft } from "./engine.ts";
import type { Status, Subject } from "./types.ts";

/** What a subject may know of its own state, in one read. */
export async function status(engine: Engine, subject: Subject): Promise<Status> {
  const record = await engine.store.read(keyOf(subject));
  const factors = confirmed(record);
  const now = engine.clock();
  const { authenticator: lane } = record.lanes;
  const lockedUntil = closedUntil(engine.schedule, leaked(engine.schedule, lane, now), lane.lockedUntil);
  return {
    enabled: factors.length > 0,
    factors: factors.map(({ id, type, name, createdAt, lastUsedAt }) => ({
      id,
      type,
      name,
      createdAt: new Date(createdAt),
      ...(lastUsedAt === null ? {} : { lastUsedAt: new Date(lastUsedAt) }),
    })),
    methods: methodsOf(record),
    recoveryCodesLeft: recoveryCodesLeft(record),
    ...(lockedUntil > now ? { lockedUntil: new Date(lockedUntil) } : {}),
  };
}
