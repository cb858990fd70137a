import assert from "node:assert/strict";
import { fromBase32, totp } from "../../src/otp/index.ts";
import { type Check, DAY, good, HOUR, MINUTE, reason, required } from "../support/kit.ts";

const PASSWORD = { amr: ["pwd"] };

export const enforcementChecks: Check[] = [
  {
    title:
      "A22 whoever must enrol gets no session before: the sign-in's challenge sets an authenticator up, enables it, and does nothing else",
    async run(kit) {
      const mfa = await kit.mfa({ enrolment: { require: "always" } });
      const subject = kit.someone();
      const step = required(await mfa.signIn(subject, PASSWORD));
      assert.deepEqual([step.enrol, step.methods], [true, []]);
      const waiting = { challenge: step.challenge, session: "s-1" };
      const { secret, uri } = good(await mfa.factors.setup(waiting));
      assert.match(uri, /ada%40example\.com/);
      const code = () => totp(fromBase32(secret), kit.clock.now);
      assert.equal(reason(await mfa.verify({ challenge: step.challenge, code: code(), session: "s-1" })), "expired");
      assert.equal(reason(await mfa.verify({ challenge: step.challenge, code: code(), subject })), "expired");
      const verified = good(await mfa.factors.enable(waiting, { code: code() }));
      assert.deepEqual([verified.subject, verified.amr, verified.recoveryCodes?.length], [{ id: subject.id }, ["pwd", "otp", "mfa"], 10]);
      assert.equal((await mfa.verifyGrant(verified.grant, { id: subject.id, session: "s-1" })).ok, true);
      assert.equal((await mfa.verifyGrant(verified.grant, { id: subject.id, session: "s-2" })).ok, false);
      kit.clock.advance(MINUTE);
      // Used once, and dead: neither another set-up nor another session comes of it.
      assert.equal(reason(await mfa.factors.setup(waiting)), "expired");
      assert.equal(reason(await mfa.factors.enable(waiting, { code: code() })), "expired");
      const second = required(await mfa.signIn(subject, PASSWORD));
      assert.equal(second.enrol, false);
      assert.equal(reason(await mfa.factors.setup({ challenge: second.challenge })), "expired");
      assert.equal(reason(await mfa.factors.enable({ challenge: second.challenge }, { code: code() })), "expired");
    },
  },
  {
    title:
      "A22 an enrolment's challenge is nobody else's: forged, another's, lapsed, or of a subject who has enrolled meanwhile, it sets nothing up",
    async run(kit) {
      const mfa = await kit.mfa({ enrolment: { require: "always" } });
      const subject = kit.someone();
      const { challenge } = required(await mfa.signIn(subject, PASSWORD));
      for (const forged of ["", "x", `${challenge}x`, "a".repeat(5000)])
        assert.equal(reason(await mfa.factors.setup({ challenge: forged })), "expired");
      const stepUp = await mfa.challenge(subject);
      assert.equal(reason(await mfa.factors.setup({ challenge: stepUp.challenge })), "expired");
      await kit.enrolled(mfa, subject);
      assert.equal(reason(await mfa.factors.setup({ challenge })), "expired");
      const late = required(await mfa.signIn(kit.someone(), PASSWORD));
      kit.clock.advance(15 * MINUTE);
      assert.equal(reason(await mfa.factors.setup({ challenge: late.challenge })), "expired");
    },
  },
  {
    title: "R20 wrong first codes of an enrolment count like all others, and lock",
    async run(kit) {
      const mfa = await kit.mfa({ enrolment: { require: "always" } });
      const step = required(await mfa.signIn(kit.someone(), PASSWORD));
      const { secret } = good(await mfa.factors.setup(step));
      const right = totp(fromBase32(secret), kit.clock.now);
      const wrong = totp(fromBase32(secret), kit.clock.now + DAY);
      for (let n = 0; n < 5; n += 1) assert.equal(reason(await mfa.factors.enable(step, { code: wrong })), "invalid");
      assert.equal(reason(await mfa.factors.enable(step, { code: right })), "locked");
    },
  },
  {
    title: "the grace period runs from the first sign-in that told of it, and not from each",
    async run(kit) {
      const mfa = await kit.mfa({ enrolment: { require: "always", grace: "7d" } });
      const subject = kit.someone();
      const told = kit.clock.now;
      for (let day = 0; day < 7; day += 1) {
        const step = await mfa.signIn(subject, PASSWORD);
        assert.ok(!step.required);
        assert.equal(step.enrolBy?.getTime(), told + 7 * DAY);
        kit.clock.advance(DAY);
      }
      assert.equal(required(await mfa.signIn(subject, PASSWORD)).enrol, true);
      assert.deepEqual(await kit.logged(mfa, subject), ["enrolment_required"]);
      const early = kit.someone();
      assert.equal((await mfa.signIn(early, PASSWORD)).required, false);
      await kit.enrolled(mfa, early);
      assert.equal(required(await mfa.signIn(early, PASSWORD)).enrol, false);
    },
  },
  {
    title: "R40 a predicate decides for each subject; only a plain no spares anyone, and one that throws lets nobody in",
    async run(kit) {
      const staff = new Set<string>();
      const mfa = await kit.mfa({ enrolment: { require: async ({ id }) => staff.has(id) } });
      const [member, admin] = [kit.someone(), kit.someone()];
      staff.add(admin.id);
      assert.equal((await mfa.signIn(member, PASSWORD)).required, false);
      assert.equal((await mfa.signIn(admin, PASSWORD)).required, true);
      for (const answer of [undefined, null, 0, "", "no"]) {
        const odd = await kit.mfa({ enrolment: { require: () => answer as never } });
        assert.equal((await odd.signIn(member, PASSWORD)).required, true, String(answer));
      }
      const broken = await kit.mfa({ enrolment: { require: () => Promise.reject(new Error("directory is down")) } });
      await assert.rejects(broken.signIn(member, PASSWORD));
    },
  },
  {
    title: "R16 enrolment options that make no sense stop the start",
    async run(kit) {
      for (const enrolment of [
        { require: "sometimes" },
        { require: true },
        { grace: "2y" },
        { grace: -1 },
        { via: "fax" },
        { via: "email" },
        { requires: "always" },
      ]) {
        await assert.rejects(kit.mfa({ enrolment: enrolment as never }), { code: "config_invalid" });
      }
    },
  },
  {
    title:
      "R33 MFA switched off for everybody asks nothing at sign-in, keeps the factors, is recorded at each turn, and comes back as it was",
    async run(kit) {
      const on = await kit.mfa();
      const user = await kit.enrolled(on);
      const turns = async () =>
        (await on.audit.list({ subject: { id: "" }, limit: 1000 })).events.filter(({ type }) => type.startsWith("mfa_switched")).length;
      const before = await turns();
      const off = await kit.mfa({ switchedOff: true });
      await kit.mfa({ switchedOff: true });
      assert.equal((await turns()) - before, 1);
      assert.deepEqual(await off.signIn(user.subject, PASSWORD), { required: false, amr: ["pwd"], switchedOff: true });
      assert.equal((await off.status(user.subject)).switchedOff, true);
      assert.equal((await off.status(user.subject)).enabled, true);
      good(await off.verify({ subject: user.subject, code: user.code() }));
      const back = await kit.mfa();
      assert.equal((await turns()) - before, 2);
      assert.equal((await back.signIn(user.subject, PASSWORD)).required, true);
      kit.clock.advance(HOUR);
      good(await back.verify({ subject: user.subject, code: user.code() }));
    },
  },
];
