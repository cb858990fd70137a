import { enrolledBy, type Mfa } from "@nightlatch/core";
import type { Queries } from "../database/database.ts";
import type { ServiceContext } from "../service-context.ts";
import { endPasswordSessions } from "../tokens/sessions.ts";
import { updateEnrolled } from "./sql.ts";

/**
 * The engine, with the app's own memory of who has enrolled: where the store disagrees, somebody has deleted rows, and
 * signing in, guards and set-up are refused. It is written before the change is answered. Who enrols ends what a password alone began.
 */
export function rememberingEnrolment(mfa: Mfa, database: Queries): Mfa {
  const remember = async (id: string, enrolled: boolean): Promise<void> => await updateEnrolled(database, id, enrolled, new Date());
  return Object.freeze({
    ...mfa,
    factors: Object.freeze({
      ...mfa.factors,
      async enable(...given) {
        const enabled = await mfa.factors.enable(...given);
        if (enabled.ok) {
          await remember(enabled.subject.id, true);
          await endPasswordSessions(database, enabled.subject.id, given[0].session);
        }
        return enabled;
      },
      async remove(...given) {
        const removed = await mfa.factors.remove(...given);
        if (removed.ok) await remember(removed.subject.id, (await mfa.status(given[0])).enabled);
        return removed;
      },
    } satisfies Mfa["factors"]),
    async disable(...given) {
      const disabled = await mfa.disable(...given);
      if (disabled.ok) await remember(disabled.subject.id, false);
      return disabled;
    },
  } satisfies Mfa);
}

/** Catches up with what was done elsewhere, by the program `nightlatch` say, or was cut short by a crash. */
export function followEnrolment(mfa: Mfa, { database, log, onClose }: ServiceContext): void {
  const follower = mfa.audit.follow({
    name: "enrolment",
    every: "2s",
    async sink(event) {
      const enrolled = enrolledBy(event);
      if (enrolled !== undefined && event.subject) await updateEnrolled(database, event.subject, enrolled, new Date(event.at));
    },
    onError: (error) => log.error({ err: error }, "the memory of who has enrolled lags behind"),
  });
  follower.start();
  onClose(() => follower.stop());
}
