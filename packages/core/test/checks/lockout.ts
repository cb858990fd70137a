import assert from "node:assert/strict";
import { hotp as hotpFactor, totp as totpFactor, type Verification } from "../../src/index.ts";
import { type Check, countingTotp, DAY, good, MINUTE, reason, required, SECOND, succeeded, together } from "../support/kit.ts";

const retryAfter = (result: Verification): number | undefined => (result.ok ? undefined : result.retryAfter);
const left = (result: Verification): number | undefined => (result.ok ? undefined : result.attemptsLeft);

export const lockoutChecks: Check[] = [
  {
    title:
      "R17 A11 failures count across sessions, challenges and parallel requests: 1,000 challenges with 3 guesses each never outrun the lock, and the subject is told",
    async run(kit) {
      const { factor, evaluations } = countingTotp();
      const mfa = await kit.mfa({ factors: [factor] });
      const user = await kit.enrolled(mfa);
      const before = evaluations();
      for (let batch = 0; batch < 1000; batch += 50) {
        await together(50, async () => {
          const { challenge } = required(await mfa.signIn({ ...user.subject, session: "any" }, { amr: ["pwd"] }));
          for (let guess = 0; guess < 3; guess += 1) await mfa.verify({ challenge, code: user.wrong() });
        });
      }
      assert.equal(evaluations() - before, 5);
      assert.equal(kit.events.filter(({ type, subject }) => type === "locked" && subject === user.subject.id).length, 1);
    },
  },
  {
    title: "R18 a new challenge never resets the failures",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const lefts: (number | undefined)[] = [];
      for (let n = 0; n < 5; n += 1) {
        const { challenge } = n % 2 ? await mfa.challenge(user.subject) : required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
        const answer = n % 2 ? { challenge, subject: user.subject } : { challenge };
        lefts.push(left(await mfa.verify({ ...answer, code: user.wrong() })));
      }
      assert.deepEqual(lefts, [4, 3, 2, 1, 0]);
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "locked");
    },
  },
  {
    title: "R19 a success clears the run of its own lane and subject, not of the other lane, nor the tally",
    async run(kit) {
      const mfa = await kit.mfa();
      const [user, other] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const badRecovery = "0000-0000-0000-0000";
      for (let n = 0; n < 3; n += 1) {
        await mfa.verify({ subject: user.subject, code: user.wrong() });
        await mfa.verify({ subject: user.subject, code: badRecovery });
        await mfa.verify({ subject: other.subject, code: other.wrong() });
      }
      good(await mfa.verify({ subject: user.subject, code: user.code() }));
      assert.equal(left(await mfa.verify({ subject: user.subject, code: user.wrong() })), 4);
      assert.equal(left(await mfa.verify({ subject: user.subject, code: badRecovery })), 1);
      assert.equal(left(await mfa.verify({ subject: other.subject, code: other.wrong() })), 1);
      const record = await kit.store.read({ tenant: "", subject: user.subject.id });
      assert.equal(record.lanes.authenticator.tally, 4);
    },
  },
  {
    title: "R20 A12 every way that takes an authenticator code charges one lane, and all of them lock together",
    async run(kit) {
      const mfa = await kit.mfa({ lockout: { failures: 10 }, factors: [totpFactor(), hotpFactor()] });
      const user = await kit.enrolled(mfa);
      const { subject, factorId } = user;
      const challenge = async () => (await mfa.challenge(subject)).challenge;
      const signIn = async () => required(await mfa.signIn(subject, { amr: ["pwd"] })).challenge;
      const ways: ((code: string) => Promise<Verification | Awaited<ReturnType<typeof mfa.factors.setup>>>)[] = [
        (code) => mfa.verify({ subject, code }),
        async (code) => mfa.verify({ subject, challenge: await challenge(), code }),
        async (code) => mfa.verify({ challenge: await signIn(), code }),
        (code) => mfa.factors.setup(subject, { proof: { code } }),
        (code) => mfa.factors.enable(subject, { code }),
        (code) => mfa.disable(subject, { code }),
        (code) => mfa.regenerateRecoveryCodes(subject, { code }),
        (code) => mfa.factors.remove(subject, factorId, { code }),
        async (code) => mfa.disable(subject, { code, challenge: await challenge() }),
        (code) => mfa.factors.resync(subject, factorId, [code, code]),
      ];
      const lefts: unknown[] = [];
      for (const way of ways) {
        const result = await way(user.wrong());
        lefts.push(result.ok ? "ok" : result.attemptsLeft);
      }
      assert.deepEqual(lefts, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
      for (const way of ways) assert.equal(reason(await way(user.code())), "locked");
    },
  },
  {
    title: "R20 A21 R22 a lock of authenticator codes leaves the owner's way back open, and a recovery lane has the same policy",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: user.subject, code: user.wrong() });
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.equal(reason(await mfa.verify({ challenge, code: user.code() })), "locked");
      assert.equal(reason(await mfa.verify({ challenge, code: user.recoveryCodes[0] ?? "" })), "ok");
      for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: user.subject, code: "ZZZZ-ZZZZ-ZZZZ-ZZZZ" });
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.recoveryCodes[1] ?? "" })), "locked");
    },
  },
  {
    title:
      "R22 A21 who has the password can shut both lanes: a new password ends what they can charge, and an admin or a day at most the locks",
    async run(kit) {
      const mfa = await kit.mfa();
      const [user, admin] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const challenge = async () => required(await mfa.signIn(user.subject, { amr: ["pwd"] })).challenge;
      const RECOVERY = "ZZZZ-ZZZZ-ZZZZ-ZZZZ";
      const shut = async () => {
        const held = await challenge();
        for (let n = 0; n < 5; n += 1) {
          await mfa.verify({ challenge: held, code: user.wrong() });
          await mfa.verify({ challenge: held, code: RECOVERY });
        }
        return held;
      };
      const tried = async (code: string) => reason(await mfa.verify({ challenge: await challenge(), code }));
      await shut();
      assert.deepEqual([await tried(user.code()), await tried(user.recoveryCodes[0] ?? "")], ["locked", "locked"]);

      // The password is changed, and with it every challenge of theirs is over: the lock is not, until an admin ends it.
      const theirs = await challenge();
      await mfa.revoke(user.subject);
      assert.equal(reason(await mfa.verify({ challenge: theirs, code: user.wrong() })), "locked");
      assert.equal(await tried(user.code()), "locked");
      good(await mfa.admin.unlock(user.subject, { actor: admin.subject, grant: admin.grant, reason: "ticket 7" }));
      assert.equal(reason(await mfa.verify({ challenge: theirs, code: user.wrong() })), "expired");
      const { lanes } = await kit.store.read({ tenant: "", subject: user.subject.id });
      assert.deepEqual([lanes.authenticator.tally, lanes.recovery.tally], [0, 0]);
      assert.deepEqual([await tried(user.code()), await tried(user.recoveryCodes[0] ?? "")], ["ok", "ok"]);

      // Nobody unlocks, and nobody charges any more.
      await shut();
      await mfa.revoke(user.subject);
      kit.clock.advance(DAY);
      assert.deepEqual([await tried(user.code()), await tried(user.recoveryCodes[1] ?? "")], ["ok", "ok"]);
    },
  },
  {
    title: "R22 A21 without a challenge of the first factor nothing can be charged",
    async run(kit) {
      const mfa = await kit.mfa();
      const [user, other] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const { challenge } = await mfa.challenge(other.subject);
      const [head, , tail] = challenge.split(".");
      const forged = `${head}.${Buffer.from(JSON.stringify({ use: "sign-in", sub: user.subject.id, tenant: "" })).toString("base64url")}.${tail}`;
      for (const attempt of ["", "x", "a.b.c", user.grant, forged, challenge]) {
        assert.equal(reason(await mfa.verify({ challenge: attempt, code: user.wrong() })), "expired");
        assert.equal(reason(await mfa.verify({ challenge: attempt, subject: user.subject, code: user.wrong() })), "expired");
      }
      const record = await kit.store.read({ tenant: "", subject: user.subject.id });
      assert.deepEqual([record.lanes.authenticator.tally, record.lanes.recovery.tally], [0, 0]);
    },
  },
  {
    title:
      "R21 R23 five failures lock for 15 minutes, each further five for twice as long, up to 24 hours, which then follow each failure; each lock is an event with its end",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const locks = [...[15, 30, 60, 120, 240, 480, 960, 1440].map((minutes) => [5, minutes] as const), [1, 1440] as const];
      for (const [failures, minutes] of locks) {
        const fails: Verification[] = [];
        for (let n = 0; n < failures; n += 1) fails.push(await mfa.verify({ subject: user.subject, code: user.wrong() }));
        assert.equal(retryAfter(fails.at(-1) as Verification), minutes * 60);
        assert.equal(retryAfter(await mfa.verify({ subject: user.subject, code: user.code() })), minutes * 60);
        const locked = kit.events.findLast(({ type }) => type === "locked");
        assert.deepEqual(locked?.type === "locked" && [locked.lane, locked.until], ["authenticator", kit.clock.now + minutes * MINUTE]);
        kit.clock.advance(minutes * MINUTE);
      }
    },
  },
  {
    title: "R16 R21 the tally, which success does not clear, raises a notice at 10 and suspends at 100; a day later one more is admitted",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      for (let n = 1; n <= 100; n += 1) {
        await mfa.verify({ subject: user.subject, code: user.wrong() });
        if (n % 4 === 0) {
          kit.clock.advance(MINUTE);
          assert.equal(
            reason(await mfa.verify({ subject: user.subject, code: user.code() })),
            n === 100 ? "locked" : "ok",
            `after ${n} failures`,
          );
        }
        if (n === 10) assert.equal(kit.events.filter(({ type }) => type === "guessing_noticed").length, 1);
      }
      assert.ok((await mfa.status(user.subject)).lockedUntil);
      kit.clock.advance(DAY);
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "ok");
      await mfa.verify({ subject: user.subject, code: user.wrong() });
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "locked");
    },
  },
  {
    title: "A9 of 5,000 wrong codes at once only as many are compared as the policy admits",
    async run(kit) {
      const { factor, evaluations } = countingTotp();
      const mfa = await kit.mfa({ factors: [factor] });
      const user = await kit.enrolled(mfa);
      const before = evaluations();
      const code = user.wrong();
      const results = await together(5000, () => mfa.verify({ subject: user.subject, code }));
      assert.equal(evaluations() - before, 5);
      assert.deepEqual(
        ["invalid", "locked"].map((why) => results.filter((result) => reason(result) === why).length),
        [5, 4995],
      );
      const record = await kit.store.read({ tenant: "", subject: user.subject.id });
      assert.equal(record.lanes.authenticator.tally, 5);
    },
  },
  {
    title: "A14 a right password between wrong codes never resets them",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      for (let n = 0; n < 5; n += 1) {
        const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"], enrolled: true }));
        await mfa.verify({ challenge, code: user.wrong() });
      }
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.equal(reason(await mfa.verify({ challenge, code: user.code() })), "locked");
    },
  },
  {
    title: "A19 a challenge issued before a lock takes no code of that lane once the lock ends; a recovery code may complete it",
    async run(kit) {
      const mfa = await kit.mfa({ lockout: { lock: "10s" } });
      const user = await kit.enrolled(mfa);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      kit.clock.advance(SECOND);
      for (let n = 0; n < 5; n += 1) await mfa.verify({ challenge, code: user.wrong() });
      kit.clock.advance(11 * SECOND);
      assert.equal(reason(await mfa.verify({ challenge, code: user.code() })), "expired");
      const fresh = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.equal(reason(await mfa.verify({ challenge: fresh.challenge, code: user.code() })), "ok");
      assert.equal(reason(await mfa.verify({ challenge, code: user.code(1) })), "expired");
      assert.equal(reason(await mfa.verify({ challenge, code: user.recoveryCodes[0] ?? "" })), "ok");
    },
  },
  {
    title: "A20 a lock that comes between challenge and use denies",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      const stepUp = await mfa.challenge(user.subject);
      for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: user.subject, code: user.wrong() });
      assert.equal(reason(await mfa.verify({ challenge, code: user.code() })), "locked");
      assert.equal(reason(await mfa.verify({ challenge: stepUp.challenge, subject: user.subject, code: user.code() })), "locked");
    },
  },
  {
    title: "A53 a right code among wrong ones at once forgives only what its charge saw",
    async run(kit) {
      const mfa = await kit.mfa();
      for (let round = 0; round < kit.rounds; round += 1) {
        const user = await kit.enrolled(mfa);
        const codes = [user.wrong(), user.code(), user.wrong(), user.wrong()];
        const results = await Promise.all(codes.map((code) => mfa.verify({ subject: user.subject, code })));
        assert.equal(succeeded(results).length, 1);
        const { authenticator } = (await kit.store.read({ tenant: "", subject: user.subject.id })).lanes;
        // Attempt 1 enabled the factor; each of the four has a number, and the success forgave up to its own.
        assert.equal(authenticator.attempts, 5);
        assert.equal(authenticator.tally, 3);
        const after = await mfa.verify({ subject: user.subject, code: user.wrong() });
        assert.equal(left(after), 4 - (authenticator.attempts - authenticator.forgiven));
      }
    },
  },
];
