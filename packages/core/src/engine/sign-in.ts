import { ConfigError } from "../errors.ts";
import type { Amr } from "../factors/factor.ts";
import type { SubjectState } from "../stores/store.ts";
import { noteSwitch } from "./admin.ts";
import { answering, issueChallenge } from "./challenges.ts";
import { useDevice } from "./devices.ts";
import { change, confirmed, type Engine, isSwitchedOff, methodsOf } from "./engine.ts";
import { denyMissing } from "./mismatch.ts";
import type { FirstFactor, Subject } from "./requests.ts";
import type { Challenge, SignIn } from "./results.ts";
import { keyOf } from "./subject.ts";

/** Milliseconds that two servers' clocks may be apart. */
const CLOCK_SKEW = 5 * 60_000;

/** Somebody without a factor: who need not have one passes, who must have one is given time, or enrols now. */
async function withoutFactor(engine: Engine, subject: Subject, state: SubjectState, amr: Amr[]): Promise<SignIn> {
  if (!(await engine.requires(subject))) return { required: false, amr };
  const now = engine.clock();
  const who = keyOf(subject);
  if (state.requiredSince === null) await change(engine, who, [{ type: "enrolment_required" }], { require: true });
  const since = state.requiredSince ?? now;
  // A date to come was not written by a server of ours, and buys no time.
  const enrolBy = (since > now + CLOCK_SKEW ? 0 : Math.min(since, now)) + engine.grace;
  if (now < enrolBy) return { required: false, amr, enrolBy: new Date(enrolBy) };
  return { required: true, enrol: true, ...(await waitFor(engine, subject, state, amr, { enrol: true })) };
}

/** The challenge that a sign-in waits for. */
async function waitFor(engine: Engine, subject: Subject, state: SubjectState, amr: Amr[], enrolling: { enrol?: true }): Promise<Challenge> {
  const { tenant, subject: sub } = keyOf(subject);
  const methods = answering(engine, amr);
  const name = enrolling.enrol && subject.name !== undefined ? { name: subject.name } : {};
  const claims = { use: "sign-in" as const, sub, tenant, epoch: state.epoch, amr, methods, ...name, ...enrolling };
  return await issueChallenge(
    engine,
    claims,
    methodsOf(engine, state).filter((method) => methods.includes(method)),
  );
}

/** Answers, in one read, whether a second step stands between the first factor and the session. */
export async function signIn(engine: Engine, subject: Subject, { amr: proved, device, enrolled }: FirstFactor): Promise<SignIn> {
  if (!Array.isArray(proved)) throw new ConfigError('signIn is told how the first factor was proved: signIn(subject, { amr: ["pwd"] }).');
  const amr = [...proved];
  const who = keyOf(subject);
  const state = await engine.store.read(who);
  if (await isSwitchedOff(engine, who, state)) {
    if (engine.switchedOff) await noteSwitch(engine);
    return { required: false, amr, switchedOff: true };
  }
  if (confirmed(state).length === 0) {
    await denyMissing(engine, { ...subject, enrolled: Boolean(enrolled || subject.enrolled) }, "sign-in");
    return await withoutFactor(engine, subject, state, amr);
  }
  const deviceId = await useDevice(engine, who, state, device);
  if (deviceId !== undefined) return { required: false, amr, deviceId };
  return { required: true, enrol: false, ...(await waitFor(engine, subject, state, amr, {})) };
}
