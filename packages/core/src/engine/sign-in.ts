import { ConfigError, EnrolmentMismatchError } from "../errors.ts";
import type { Amr } from "../factors/factor.ts";
import { change, confirmed, type Engine, keyOf, methodsOf } from "./engine.ts";
import type { SignIn, Subject } from "./types.ts";
import { issueChallenge } from "./verify.ts";

/** Answers, in one read, whether a second step stands between the first factor and the session. */
export async function signIn(engine: Engine, subject: Subject, { amr, enrolled }: { amr?: Amr[]; enrolled?: boolean }): Promise<SignIn> {
  if (!Array.isArray(amr)) throw new ConfigError('signIn is told how the first factor was proved: signIn(subject, { amr: ["pwd"] }).');
  const who = keyOf(subject);
  const record = await engine.store.read(who);
  if (confirmed(record).length === 0) {
    if (enrolled) {
      await change(engine, who, [{ type: "enrolment_mismatch" }], {});
      throw new EnrolmentMismatchError(
        "This user is enrolled in the host's eyes, and the store holds no authenticator. Signing in is refused. " +
          "Restore the tables nightlatch_*, check that the service runs on the right database, or clear the host's flag on purpose.",
      );
    }
    return { required: false, amr: [...amr] };
  }
  const claims = { use: "sign-in" as const, sub: who.subject, tenant: who.tenant, epoch: record.epoch, amr: [...amr] };
  return { required: true, ...(await issueChallenge(engine, claims, methodsOf(record))) };
}
