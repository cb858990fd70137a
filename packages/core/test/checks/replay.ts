import assert from "node:assert/strict";
import { totp as totpFactor } from "../../src/index.ts";
import { generateSecret, keyUri, totp } from "../../src/otp/index.ts";
import { type Check, good, HOUR, reason, required, STEP, succeeded, together } from "../support/kit.ts";

export const replayChecks: Check[] = [
  {
    title: "R8 A1 a code verifies once: again in its own step it is a replay, from another session too",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "ok");
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "replayed");
      assert.equal(reason(await mfa.verify({ subject: { ...user.subject, session: "other" }, code: user.code() })), "replayed");
      const step = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.equal(reason(await mfa.verify({ challenge: step.challenge, code: user.code() })), "replayed");
    },
  },
  {
    title: "R8 A2 a code used at T is refused at T+1, whatever the window",
    async run(kit) {
      for (const window of [0, 1, 2, 3]) {
        const mfa = await kit.mfa({ factors: [totpFactor({ window })] });
        const user = await kit.enrolled(mfa);
        const code = user.code();
        good(await mfa.verify({ subject: user.subject, code }));
        kit.clock.advance(STEP);
        assert.notEqual(reason(await mfa.verify({ subject: user.subject, code })), "ok", `window ${window}`);
      }
    },
  },
  {
    title: "R9 A3 T-1, T, T-1, T: only the first two pass, and after T every step up to it fails",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      kit.clock.advance(STEP);
      const codes = [user.code(-1), user.code(0), user.code(-1), user.code(0)];
      const reasons: string[] = [];
      for (const code of codes) reasons.push(reason(await mfa.verify({ subject: user.subject, code })));
      assert.deepEqual(reasons, ["ok", "ok", "replayed", "replayed"]);
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code(1) })), "ok");
    },
  },
  {
    title: "R9 a step skipped by a later success is dead",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      good(await mfa.verify({ subject: user.subject, code: user.code(1) }));
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code(0) })), "replayed");
    },
  },
  {
    title: "A4 two subjects who share a secret both succeed, once each",
    async run(kit) {
      const secret = generateSecret();
      const shared = {
        ...totpFactor(),
        enrol: () => ({ secret, algorithm: "SHA1", digits: 6, period: 30, uri: keyUri({ issuer: "x", account: "y", secret }) }),
      };
      const mfa = await kit.mfa({ factors: [shared] });
      const [ada, ben] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const code = totp(secret, kit.clock.now);
      for (const { subject } of [ada, ben]) {
        assert.equal(reason(await mfa.verify({ subject, code })), "ok");
        assert.equal(reason(await mfa.verify({ subject, code })), "replayed");
      }
    },
  },
  {
    title: "R10 A5 of 50 submissions of one code at once exactly one succeeds, round after round",
    async run(kit) {
      const mfa = await kit.mfa();
      for (let round = 0; round < kit.rounds; round += 1) {
        const user = await kit.enrolled(mfa);
        const code = user.code();
        const results = await together(50, () => mfa.verify({ subject: user.subject, code }));
        assert.equal(succeeded(results).length, 1, `round ${round}`);
      }
    },
  },
  {
    title: "A7 answers to one sign-in challenge at once, each with a right code of its own: one completes it",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      const codes = [...user.recoveryCodes.slice(0, 4), user.code()];
      const results = await Promise.all(codes.map((code) => mfa.verify({ challenge, code })));
      assert.equal(succeeded(results).length, 1);
      assert.equal(reason(await mfa.verify({ challenge, code: user.recoveryCodes[9] ?? "" })), "expired");
    },
  },
  {
    title: "A7 a grant under `once` serves exactly one of 50 uses at once",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const checks = await together(50, () => mfa.verifyGrant(user.grant, user.subject, { once: true }));
      assert.equal(checks.filter(({ ok }) => ok).length, 1);
      assert.equal((await mfa.verifyGrant(user.grant, user.subject, { once: true })).ok, false);
    },
  },
  {
    title: "R11 a replay is an event of its own, in the log and to the listener",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      await mfa.verify({ subject: user.subject, code: user.code() });
      await mfa.verify({ subject: user.subject, code: user.code() });
      assert.equal((await kit.logged(mfa, user.subject)).at(-1), "code_replayed");
      const told = kit.events.find(({ type }) => type === "code_replayed");
      assert.deepEqual([told?.subject, told?.type === "code_replayed" && told.factorId], [user.subject.id, user.factorId]);
    },
  },
  {
    title: "R12 the code that confirmed the enrolment can't be used again to sign in",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const step = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.equal(reason(await mfa.verify({ challenge: step.challenge, code: user.code(-1) })), "replayed");
      assert.equal(reason(await mfa.verify({ challenge: step.challenge, code: user.code() })), "ok");
    },
  },
  {
    title: "A47 a clock that steps back an hour after a success revives no code and no grant; beyond 2038 all works",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const code = user.code();
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      const { grant } = good(await mfa.verify({ challenge, code }));
      kit.clock.advance(-HOUR);
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "replayed");
      assert.notEqual(reason(await mfa.verify({ subject: user.subject, code })), "ok");
      assert.equal((await mfa.verifyGrant(grant, user.subject)).ok, false);
      assert.notEqual(reason(await mfa.verify({ challenge, code: user.recoveryCodes[0] ?? "" })), "ok");

      kit.clock.now = 2 ** 31 * 1000 + 45_000;
      const late = await kit.enrolled(mfa);
      assert.equal(reason(await mfa.verify({ subject: late.subject, code: late.code() })), "ok");
    },
  },
];
