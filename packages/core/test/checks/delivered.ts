import assert from "node:assert/strict";
import { type Delivery, email, type MfaOptions, type Subject, sms, totp as totpFactor } from "../../src/index.ts";
import { fromBase32, totp } from "../../src/otp/index.ts";
import { type Check, DAY, good, MINUTE, reason, required, SECOND, together } from "../support/kit.ts";

/** A mailbox, and the options that let codes be sent to it. */
function mailbox(): { sent: Delivery[]; code: () => string; purpose: () => string | undefined; options: Partial<MfaOptions> } {
  const sent: Delivery[] = [];
  const deliver = async (delivery: Delivery) => {
    sent.push(delivery);
    return { to: "a•••@example.com" };
  };
  return {
    sent,
    code: () => sent.at(-1)?.code ?? "",
    purpose: () => sent.at(-1)?.purpose,
    options: { factors: [totpFactor(), email(deliver), sms(deliver)] },
  };
}

/** Another code than this one. */
const otherThan = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

export const deliveredChecks: Check[] = [
  {
    title: "R30 codes by e-mail and text message are off until the host turns them on, and are marked weaker",
    async run(kit) {
      const plain = await kit.mfa();
      const user = await kit.enrolled(plain);
      const step = required(await plain.signIn(user.subject, { amr: ["pwd"] }));
      assert.deepEqual(step.methods, ["totp", "recovery_code"]);
      for (const by of ["email", "sms", "totp", "carrier pigeon"]) {
        assert.deepEqual(await plain.deliver(step.challenge, by), { ok: false, reason: "unsupported" });
      }
      const { options } = mailbox();
      const mfa = await kit.mfa(options);
      assert.deepEqual(required(await mfa.signIn(user.subject, { amr: ["pwd"] })).methods, ["totp", "recovery_code", "email", "sms"]);
      assert.deepEqual(
        options.factors?.map(({ type, weaker = false }) => [type, weaker]),
        [
          ["totp", false],
          ["email", true],
          ["sms", true],
        ],
      );
    },
  },
  {
    title: "R28 a delivered code has 6 digits at least, lives 10 minutes at most, and works once",
    async run(kit) {
      const { sent, code, options } = mailbox();
      const mfa = await kit.mfa(options);
      const { subject } = await kit.enrolled(mfa);
      for (const by of ["email", "sms"] as const) {
        const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
        const { to, expiresAt } = good(await mfa.deliver(challenge, by));
        assert.equal(to, "a•••@example.com");
        assert.match(code(), /^[0-9]{6}$/);
        assert.ok(expiresAt.getTime() - kit.clock.now <= 10 * MINUTE);
        const verified = good(await mfa.verify({ challenge, code: code(), session: "s" }));
        assert.deepEqual([verified.method, verified.amr], [by, ["pwd", by, "mfa"]]);
        assert.equal(reason(await mfa.verify({ challenge, code: code(), session: "s" })), "expired");
        kit.clock.advance(MINUTE);
        const again = required(await mfa.signIn(subject, { amr: ["pwd"] }));
        assert.equal(reason(await mfa.verify({ challenge: again.challenge, code: code() })), "invalid");
      }
      const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
      good(await mfa.deliver(challenge, "email"));
      kit.clock.advance(5 * MINUTE);
      assert.notEqual(reason(await mfa.verify({ challenge, code: code() })), "ok");
      for (const options of [{ digits: 5 }, { lifetime: "11m" }, { lifetime: 0 }, { every: 0 }] as const) {
        assert.throws(() => email(async () => ({ to: "" }), options), { code: "config_invalid" });
      }
      assert.equal(sent.length, 3);
    },
  },
  {
    title: "R28 R40 a delivered code that has lapsed is wrong like any other, though its challenge still lives",
    async run(kit) {
      const sent: Delivery[] = [];
      const byEmail = email(
        async (delivery) => {
          sent.push(delivery);
          return { to: "" };
        },
        { lifetime: "30s" },
      );
      const mfa = await kit.mfa({ factors: [totpFactor(), byEmail] });
      const user = await kit.enrolled(mfa);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      good(await mfa.deliver(challenge, "email"));
      kit.clock.advance(30 * SECOND);
      assert.equal(reason(await mfa.verify({ challenge, code: sent[0]?.code ?? "" })), "invalid");
      assert.ok(!(await kit.logged(mfa, user.subject)).includes("code_replayed"));
      good(await mfa.verify({ challenge, code: user.code() }));
    },
  },
  {
    title: "R29 a delivered code counts for the request that asked for it alone: not for another challenge, subject or session",
    async run(kit) {
      const { code, options } = mailbox();
      const mfa = await kit.mfa(options);
      const [user, other] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      good(await mfa.deliver(challenge, "email"));
      const elsewhere = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.equal(reason(await mfa.verify({ challenge: elsewhere.challenge, code: code() })), "invalid");
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: code() })), "invalid");
      const others = required(await mfa.signIn(other.subject, { amr: ["pwd"] }));
      assert.equal(reason(await mfa.verify({ challenge: others.challenge, code: code() })), "invalid");
      good(await mfa.verify({ challenge, code: code() }));

      kit.clock.advance(MINUTE);
      const stepUp = await mfa.challenge(user.subject, { purpose: "payment", bind: ["42"] });
      good(await mfa.deliver(stepUp.challenge, "sms"));
      assert.equal(reason(await mfa.verify({ challenge: stepUp.challenge, subject: other.subject, code: code() })), "expired");
      const { grant } = good(await mfa.verify({ challenge: stepUp.challenge, subject: user.subject, code: code() }));
      assert.equal((await mfa.verifyGrant(grant, user.subject, { purpose: "payment", bind: ["42"] })).ok, true);
      assert.equal((await mfa.verifyGrant(grant, user.subject, { purpose: "payment", bind: ["43"] })).ok, false);
    },
  },
  {
    title: "A15 R18 sending another code kills the one before it, and resets no failure",
    async run(kit) {
      const { code, options } = mailbox();
      const mfa = await kit.mfa(options);
      const { subject } = await kit.enrolled(mfa);
      const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
      good(await mfa.deliver(challenge, "email"));
      const first = code();
      for (let n = 0; n < 3; n += 1) assert.equal(reason(await mfa.verify({ challenge, code: otherThan(first) })), "invalid");
      kit.clock.advance(30 * SECOND);
      good(await mfa.deliver(challenge, "email"));
      if (first !== code()) assert.equal(reason(await mfa.verify({ challenge, code: first })), "invalid");
      else assert.equal(reason(await mfa.verify({ challenge, code: otherThan(code()) })), "invalid");
      assert.equal(reason(await mfa.verify({ challenge, code: otherThan(code()) })), "invalid");
      assert.equal(reason(await mfa.verify({ challenge, code: code() })), "locked");
      assert.equal((await mfa.deliver(challenge, "email")).ok, false);
    },
  },
  {
    title: "A15 codes are sent with a pause between them, however many ask at once, and none under a lock",
    async run(kit) {
      const { sent, options } = mailbox();
      const mfa = await kit.mfa(options);
      const user = await kit.enrolled(mfa);
      const steps = await together(5, async () => required(await mfa.signIn(user.subject, { amr: ["pwd"] })));
      const asked = await together(20, (index) => mfa.deliver(steps[index % 5]?.challenge ?? "", "email"));
      assert.equal(asked.filter(({ ok }) => ok).length, 1);
      assert.deepEqual(new Set(asked.filter((result) => !result.ok).map((result) => !result.ok && result.reason)), new Set(["too_soon"]));
      assert.equal(sent.length, 1);
      for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: user.subject, code: user.wrong() });
      kit.clock.advance(MINUTE);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      const refused = await mfa.deliver(challenge, "email");
      assert.deepEqual([refused.ok, !refused.ok && refused.reason], [false, "locked"]);
      assert.equal(sent.length, 1);
    },
  },
  {
    title: "A7 of 50 uses of one delivered code exactly one succeeds",
    async run(kit) {
      const { code, options } = mailbox();
      const mfa = await kit.mfa(options);
      for (let round = 0; round < Math.min(kit.rounds, 20); round += 1) {
        const { subject } = await kit.enrolled(mfa);
        const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
        good(await mfa.deliver(challenge, "email"));
        const results = await together(50, () => mfa.verify({ challenge, code: code(), session: "s" }));
        assert.equal(results.filter(({ ok }) => ok).length, 1);
      }
    },
  },
  {
    title: "A31 what was the first factor does not serve as the second: e-mail at login and a code by e-mail are one factor",
    async run(kit) {
      const { code, options } = mailbox();
      const mfa = await kit.mfa(options);
      const user = await kit.enrolled(mfa);
      const step = required(await mfa.signIn(user.subject, { amr: ["email"] }));
      assert.deepEqual(step.methods, ["totp", "recovery_code", "sms"]);
      assert.deepEqual(await mfa.deliver(step.challenge, "email"), { ok: false, reason: "unsupported" });
      const byPassword = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      good(await mfa.deliver(byPassword.challenge, "email"));
      assert.notEqual(reason(await mfa.verify({ challenge: step.challenge, code: code() })), "ok");
      good(await mfa.verify({ challenge: step.challenge, code: user.code() }));
    },
  },
  {
    title: "A31 nor at a step-up of the session that began with it, if the host says how it began",
    async run(kit) {
      const { options } = mailbox();
      const mfa = await kit.mfa(options);
      const { subject } = await kit.enrolled(mfa);
      const session = { ...subject, amr: ["email"] };
      const { challenge, methods } = await mfa.challenge(session, { purpose: "payout" });
      assert.deepEqual(methods, ["totp", "recovery_code", "sms"]);
      assert.deepEqual(await mfa.deliver(challenge, "email"), { ok: false, reason: "unsupported" });
      good(await mfa.deliver(challenge, "sms"));
    },
  },
  {
    title: "A15 a day has so many codes for one subject, however patiently they are asked for, and the last of them is told",
    async run(kit) {
      const sent: Delivery[] = [];
      const byEmail = email(
        async (delivery) => {
          sent.push(delivery);
          return { to: "" };
        },
        { daily: 3, every: "10s" },
      );
      const mfa = await kit.mfa({ factors: [totpFactor(), byEmail] });
      const [user, other] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const ask = async ({ subject }: { subject: Subject }) => {
        const { challenge } = await mfa.challenge(subject);
        const answer = await mfa.deliver(challenge, "email");
        kit.clock.advance(MINUTE);
        return answer.ok ? "ok" : answer.reason;
      };
      const day = [await ask(user), await ask(user), await ask(user), await ask(user), await ask(user)];
      assert.deepEqual(day, ["ok", "ok", "ok", "too_soon", "too_soon"]);
      assert.equal(await ask(other), "ok");
      assert.equal(sent.length, 4);
      assert.equal((await kit.logged(mfa, user.subject)).filter((type) => type === "delivery_limit_reached").length, 1);
      kit.clock.advance(DAY);
      assert.equal(await ask(user), "ok");
    },
  },
  {
    title: "A19 no code is sent for a challenge from before a lock",
    async run(kit) {
      const { options } = mailbox();
      const mfa = await kit.mfa(options);
      const user = await kit.enrolled(mfa);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      kit.clock.advance(SECOND);
      const short = await kit.mfa({ ...options, lockout: { lock: "1s", longest: "1s" } });
      for (let n = 0; n < 5; n += 1) await short.verify({ subject: user.subject, code: user.wrong() });
      kit.clock.advance(2 * SECOND);
      assert.deepEqual(await mfa.deliver(challenge, "email"), { ok: false, reason: "expired" });
    },
  },
  {
    title: "R30 whoever signs in by the very mailbox that enrolment.via names has proved it, and enrols",
    async run(kit) {
      const { options } = mailbox();
      const mfa = await kit.mfa({ ...options, enrolment: { require: "always", via: "email" } });
      const step = required(await mfa.signIn(kit.someone(), { amr: ["email"] }));
      const { secret } = good(await mfa.factors.setup(step));
      const { amr } = good(await mfa.factors.enable(step, { code: totp(fromBase32(secret), kit.clock.now) }));
      assert.deepEqual(amr, ["email", "otp", "mfa"]);
    },
  },
  {
    title: "R31 A31 a delivered code, and a grant earned by one, change no factors: the weaker never puts the stronger aside",
    async run(kit) {
      const { code, options } = mailbox();
      const mfa = await kit.mfa(options);
      const { subject, factorId } = await kit.enrolled(mfa);
      const { challenge } = await mfa.challenge(subject);
      good(await mfa.deliver(challenge, "email"));
      for (const proof of [{ code: code(), challenge }, { code: code() }]) {
        assert.equal(reason(await mfa.disable(subject, proof)), "invalid");
        assert.equal(reason(await mfa.factors.remove(subject, factorId, proof)), "invalid");
      }
      const { grant } = good(await mfa.verify({ challenge, subject, code: code() }));
      const proof = { grant };
      assert.equal(reason(await mfa.disable(subject, proof)), "proof_needed");
      assert.equal(reason(await mfa.regenerateRecoveryCodes(subject, proof)), "proof_needed");
      assert.equal(reason(await mfa.factors.setup(subject, { proof })), "proof_needed");
      assert.equal((await mfa.status(subject)).enabled, true);
    },
  },
  {
    title: "R40 a delivery that fails is told as the host's fault, is recorded, and leaves other ways open",
    async run(kit) {
      const byEmail = email(() => Promise.reject(new Error("554 mailbox unavailable")));
      const mfa = await kit.mfa({ factors: [totpFactor(), byEmail] });
      const user = await kit.enrolled(mfa);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      await assert.rejects(mfa.deliver(challenge, "email"), { code: "delivery_failed" });
      assert.deepEqual((await kit.logged(mfa, user.subject)).slice(-2), ["code_delivered", "delivery_failed"]);
      good(await mfa.verify({ challenge, code: user.code() }));
    },
  },
  {
    title: "R30 with enrolment.via the first authenticator needs a delivered code: signed in, or at a sign-in that must enrol",
    async run(kit) {
      const { code, purpose, options } = mailbox();
      const mfa = await kit.mfa({ ...options, enrolment: { require: "always", via: "email" } });
      const subject = kit.someone();
      assert.equal(reason(await mfa.factors.setup(subject)), "proof_needed");
      assert.equal(reason(await mfa.factors.setup(subject, { proof: { code: "123456" } })), "expired");
      const elsewhere = await mfa.challenge(subject, { purpose: "booking.cancel" });
      good(await mfa.deliver(elsewhere.challenge, "email"));
      assert.equal(purpose(), "booking.cancel");
      assert.equal(reason(await mfa.factors.setup(subject, { proof: { code: code(), challenge: elsewhere.challenge } })), "expired");
      kit.clock.advance(MINUTE);
      const asked = await mfa.challenge(subject, { purpose: "nightlatch:setup" });
      assert.deepEqual(asked.methods, ["email"]);
      good(await mfa.deliver(asked.challenge, "email"));
      const wrong = { proof: { code: otherThan(code()), challenge: asked.challenge } };
      assert.equal(reason(await mfa.factors.setup(subject, wrong)), "invalid");
      good(await mfa.factors.setup(subject, { proof: { code: code(), challenge: asked.challenge } }));

      kit.clock.advance(MINUTE);
      const newcomer = kit.someone();
      const step = required(await mfa.signIn(newcomer, { amr: ["pwd"] }));
      assert.deepEqual([step.enrol, step.methods], [true, ["email"]]);
      assert.equal(reason(await mfa.factors.setup(step)), "proof_needed");
      good(await mfa.deliver(step.challenge, "email"));
      assert.equal(purpose(), "nightlatch:setup");
      // The code by e-mail opens the set-up, and completes no sign-in.
      assert.equal(reason(await mfa.verify({ challenge: step.challenge, code: code(), session: "s" })), "expired");
      const waiting = { challenge: step.challenge, session: "s" };
      const { secret } = good(await mfa.factors.setup(waiting, { proof: { code: code() } }));
      assert.equal(reason(await mfa.factors.setup(waiting, { proof: { code: code() } })), "replayed");
      const verified = good(await mfa.factors.enable(waiting, { code: totp(fromBase32(secret), kit.clock.now) }));
      assert.deepEqual([verified.subject, verified.amr], [{ id: newcomer.id }, ["pwd", "otp", "mfa"]]);
      await assert.rejects(kit.mfa({ enrolment: { via: "email" } }), { code: "config_invalid" });
    },
  },
];
