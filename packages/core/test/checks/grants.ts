import assert from "node:assert/strict";
import type { Demand, Subject } from "../../src/index.ts";
import { type Check, good, HOUR, MINUTE, reason, required, SECOND, STEP } from "../support/kit.ts";

const payload = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

export const grantChecks: Check[] = [
  {
    title: "R36 a step-up gives a grant bound to its session, fresh for as long as the demand says and no longer than it lives",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { grant, expiresIn } = good(await mfa.verify({ subject: user.subject, code: user.code() }));
      assert.equal(expiresIn, 900);
      const { session: _, ...withoutSession } = user.subject;
      assert.equal((await mfa.verifyGrant(grant, user.subject)).ok, true);
      assert.equal((await mfa.verifyGrant(grant, withoutSession)).ok, false);
      kit.clock.advance(299 * SECOND);
      assert.equal((await mfa.verifyGrant(grant, user.subject)).ok, true);
      kit.clock.advance(2 * SECOND);
      assert.equal((await mfa.verifyGrant(grant, user.subject)).ok, false);
      assert.equal((await mfa.verifyGrant(grant, user.subject, { maxAge: "10m" })).ok, true);
      kit.clock.advance(10 * MINUTE);
      assert.equal((await mfa.verifyGrant(grant, user.subject, { maxAge: "1h" })).ok, false);
    },
  },
  {
    title: "A32 a grant passes in one cell of the matrix of tenant, user, session, purpose and resource",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const demand = { purpose: "booking.cancel", bind: ["booking", "42"] };
      const { grant } = good(await mfa.verify({ subject: user.subject, code: user.code(), demand }));
      const subjects: Subject[] = [user.subject];
      subjects.push({ ...user.subject, tenant: "other" }, { ...user.subject, id: "other" }, { ...user.subject, session: "other" });
      const demands: Demand[] = [demand];
      demands.push(
        { ...demand, purpose: "booking.delete" },
        { ...demand, bind: ["booking", "43"] },
        { ...demand, bind: ["booking4", "2"] },
      );
      demands.push(
        { purpose: demand.purpose },
        { bind: demand.bind },
        { ...demand, bind: ["booking"] },
        {},
        { maxAge: "15m" },
        { once: true },
      );
      const cells: boolean[] = [];
      for (const subject of subjects) for (const asked of demands) cells.push((await mfa.verifyGrant(grant, subject, asked)).ok);
      assert.deepEqual(cells, [true, ...cells.slice(1).map(() => false)]);
      assert.equal((await mfa.verifyGrant(user.grant, user.subject, demand)).ok, false);
    },
  },
  {
    title: "A32 a grant that was earned for a guard under once serves that guard, once, and no guard that names nothing, spent or not",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      for (const demand of [{ once: true }, { purpose: "payment.approve", bind: ["7"], once: true }] satisfies Demand[]) {
        const { challenge } = await mfa.challenge(user.subject, demand);
        const { grant } = good(await mfa.verify({ challenge, subject: user.subject, code: user.code() }));
        kit.clock.advance(STEP);
        const takes = async (asked: Demand): Promise<boolean> => (await mfa.verifyGrant(grant, user.subject, asked)).ok;
        for (const isSpent of [false, true]) {
          assert.deepEqual([await takes({}), await takes({ ...demand, once: false })], [false, false]);
          assert.equal(reason(await mfa.disable(user.subject, { grant })), "proof_needed");
          assert.equal(await takes(demand), !isSpent);
        }
      }
      assert.equal((await mfa.status(user.subject)).enabled, true);
    },
  },
  {
    title: "R43 what a grant achieved is judged anew by each guard: its age, method and level, whatever was asked when it was made",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { grant } = good(await mfa.verify({ subject: user.subject, code: user.recoveryCodes[0] ?? "", demand: { maxAge: "1h" } }));
      assert.equal((await mfa.verifyGrant(grant, user.subject, { methods: ["totp"] })).ok, false);
      assert.equal((await mfa.verifyGrant(grant, user.subject, { methods: ["recovery_code"] })).ok, true);
      kit.clock.advance(MINUTE);
      assert.equal((await mfa.verifyGrant(grant, user.subject, { maxAge: 59 })).ok, false);
      const { challenge } = await mfa.challenge(user.subject, { methods: ["totp"] });
      assert.equal(reason(await mfa.verify({ challenge, subject: user.subject, code: user.recoveryCodes[1] ?? "" })), "invalid");
    },
  },
  {
    title: "R44 amr bears RFC 8176 values, and the private recovery_code; acr names the level",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      const signedIn = good(await mfa.verify({ challenge, code: user.code() }));
      assert.deepEqual([signedIn.amr, signedIn.acr], [["pwd", "otp", "mfa"], "urn:nightlatch:acr:mfa"]);
      const recovered = good(await mfa.verify({ subject: user.subject, code: user.recoveryCodes[0] ?? "" }));
      assert.deepEqual(recovered.amr, ["recovery_code", "mfa"]);
    },
  },
  {
    title: "A33 A22 no token passes for another: grant, sign-in challenge and step-up challenge each open their own door alone",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const signIn = required(await mfa.signIn(user.subject, { amr: ["pwd"] })).challenge;
      const stepUp = (await mfa.challenge(user.subject)).challenge;
      const { subject } = user;
      for (const token of [signIn, stepUp]) {
        assert.equal((await mfa.verifyGrant(token, subject)).ok, false);
        assert.equal(reason(await mfa.disable(subject, { grant: token })), "proof_needed");
      }
      assert.equal(reason(await mfa.verify({ challenge: signIn, subject, code: user.code() })), "expired");
      assert.equal(reason(await mfa.verify({ challenge: stepUp, code: user.code() })), "expired");
      assert.equal(
        reason(await mfa.verify({ challenge: stepUp, subject: { ...subject, session: "other" }, code: user.code() })),
        "expired",
      );
      assert.equal(reason(await mfa.verify({ challenge: user.grant, code: user.code() })), "expired");
      assert.equal(reason(await mfa.verify({ challenge: stepUp, subject, code: user.code() })), "ok");
    },
  },
  {
    title: "A33 a recovery code does not enable an authenticator, nor is it spent by trying",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      good(await mfa.factors.setup(user.subject, { proof: { grant: user.grant } }));
      const [recoveryCode = ""] = user.recoveryCodes;
      assert.equal(reason(await mfa.factors.enable(user.subject, { code: recoveryCode })), "invalid");
      assert.equal(reason(await mfa.factors.enable(user.subject, { code: user.code() })), "invalid");
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: recoveryCode })), "ok");
    },
  },
  {
    title: "A44 a challenge holds no credential: its claims are exactly these",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.deepEqual(Object.keys(payload(challenge)).sort(), [
        "amr",
        "aud",
        "epoch",
        "exp",
        "iat",
        "issued_at",
        "jti",
        "methods",
        "sub",
        "tenant",
        "use",
      ]);
      const { challenge: stepUp } = await mfa.challenge(user.subject, { purpose: "p", bind: ["secret-resource"] });
      assert.ok(!JSON.stringify(payload(stepUp)).includes("secret-resource"));
      assert.ok(!JSON.stringify(payload(user.grant)).includes(user.subject.session ?? ""));
    },
  },
  {
    title: "a challenge lives five minutes, and answering it late is not charged",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { challenge, expiresAt } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.ok(expiresAt.getTime() - kit.clock.now <= 300_000);
      kit.clock.advance(5 * MINUTE);
      assert.equal(reason(await mfa.verify({ challenge, code: user.code() })), "expired");
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "ok");
    },
  },
  {
    title: "A7 a challenge that was answered or ended takes no code: neither the code nor an attempt is lost on it",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const answered = required(await mfa.signIn(user.subject, { amr: ["pwd"] })).challenge;
      good(await mfa.verify({ challenge: answered, code: user.code() }));
      const ended = required(await mfa.signIn(user.subject, { amr: ["pwd"] })).challenge;
      await mfa.revoke(user.subject);
      for (let n = 0; n < 10; n += 1) {
        for (const challenge of [answered, ended]) {
          assert.equal(reason(await mfa.verify({ challenge, code: n % 2 ? user.wrong() : (user.recoveryCodes[0] ?? "") })), "expired");
        }
      }
      assert.equal((await mfa.status(user.subject)).recoveryCodesLeft, 10);
      const { lanes } = await kit.store.read({ tenant: "", subject: user.subject.id });
      assert.deepEqual([lanes.authenticator.attempts - lanes.authenticator.forgiven, lanes.recovery.attempts], [0, 0]);
    },
  },
  {
    title: "A24 a sign-in challenge of somebody else is refused where the host says who is signing in; the answer names its subject",
    async run(kit) {
      const mfa = await kit.mfa();
      const [victim, attacker] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const { challenge } = required(await mfa.signIn(attacker.subject, { amr: ["pwd"] }));
      const code = attacker.code();
      assert.equal(reason(await mfa.verify({ challenge, code, signingIn: { id: victim.subject.id } })), "expired");
      assert.equal(reason(await mfa.verify({ challenge, code, signingIn: { id: attacker.subject.id, tenant: "other" } })), "expired");
      const verified = good(await mfa.verify({ challenge, code, signingIn: { id: attacker.subject.id } }));
      assert.deepEqual(verified.subject, { id: attacker.subject.id });
    },
  },
  {
    title: "A19 a challenge asked for at the very end of a lock is alive",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      kit.clock.advance(678);
      for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: user.subject, code: user.wrong() });
      kit.clock.advance(15 * MINUTE);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.equal(reason(await mfa.verify({ challenge, code: user.code() })), "ok");
    },
  },
  {
    title: "R43 what a host does to a check's amr does not stay with the grant",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const first = good(await mfa.verifyGrant(user.grant, user.subject));
      first.amr.push("hwk");
      assert.deepEqual(good(await mfa.verifyGrant(user.grant, user.subject)).amr, ["otp", "mfa"]);
    },
  },
  {
    title: "A7 a tampered, re-signed or algorithm-stripped token is nothing",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const [head = "", body = "", signature = ""] = user.grant.split(".");
      const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      const claims = payload(user.grant);
      const none = encode({ alg: "none", typ: "mfa-grant+jwt" });
      const longer = encode({ ...claims, auth_time: Number(claims.auth_time) + 3600, exp: Number(claims.exp) + HOUR });
      for (const token of [
        `${head}.${longer}.${signature}`,
        `${none}.${body}.`,
        `${none}.${body}.${signature}`,
        `${head}.${body}.`,
        `${head}.${body}`,
        body,
      ]) {
        assert.equal((await mfa.verifyGrant(token, user.subject)).ok, false);
      }
      assert.equal((await mfa.verifyGrant(user.grant, user.subject)).ok, true);
    },
  },
];
