import assert from "node:assert/strict";
import { BEHIND_ALL_IDS, eventId } from "../../src/audit/event-id.ts";
import { EnrolmentMismatchError } from "../../src/index.ts";
import { fromBase32, totp } from "../../src/otp/index.ts";
import { type Check, good, HOUR, MINUTE, reason, required, STEP, together } from "../support/kit.ts";

const NEWEST = { above: "", below: BEHIND_ALL_IDS, order: "newest", limit: 1 } as const;

export const lifecycleChecks: Check[] = [
  {
    title:
      "R31 R34 a replacement is proved before the old authenticator goes, takes its place at once, keeps the recovery codes and ends old grants",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { subject, grant } = user;
      const second = good(await mfa.factors.setup(subject, { proof: { grant } }));
      good(await mfa.factors.enable(subject, { code: totp(fromBase32(second.secret), kit.clock.now) }));
      assert.equal(reason(await mfa.factors.setup(subject, { proof: { grant } })), "factor_limit");
      assert.equal(reason(await mfa.factors.setup(subject, { replaces: user.factorId })), "proof_needed");
      assert.equal(reason(await mfa.factors.setup(subject, { replaces: "nobody's", proof: { grant } })), "unknown_factor");
      const other = await kit.enrolled(mfa);
      assert.equal(reason(await mfa.factors.setup(subject, { replaces: other.factorId, proof: { grant } })), "unknown_factor");
      const made = good(await mfa.factors.setup(subject, { replaces: user.factorId, proof: { grant } }));
      kit.clock.advance(STEP);
      good(await mfa.verify({ subject, code: user.code() }));
      const enabled = good(await mfa.factors.enable(subject, { code: totp(fromBase32(made.secret), kit.clock.now) }));
      assert.equal(enabled.recoveryCodes, undefined);
      kit.clock.advance(STEP);
      assert.equal(reason(await mfa.verify({ subject, code: user.code() })), "invalid");
      assert.equal((await mfa.verifyGrant(grant, subject)).ok, false);
      assert.equal((await mfa.verifyGrant(enabled.grant, subject)).ok, true);
      good(await mfa.verify({ subject, code: totp(fromBase32(made.secret), kit.clock.now) }));
      const { factors, recoveryCodesLeft } = await mfa.status(subject);
      assert.deepEqual([factors.map(({ id }) => id).sort(), recoveryCodesLeft], [[second.factorId, made.factorId].sort(), 10]);
      const { events } = await mfa.audit.list({ subject, limit: 1000 });
      assert.ok(events.some((event) => event.type === "factor_enabled" && event.replaces === user.factorId));
    },
  },
  {
    title:
      "R31 A29 once enrolled, adding, disabling and regenerating want a fresh factor: no proof, an old grant, a foreign one, or one for a purpose will not do",
    async run(kit) {
      const mfa = await kit.mfa();
      const [user, other] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const { subject } = user;
      const forPurpose = good(await mfa.verify({ subject, code: user.code(), demand: { purpose: "payment", bind: ["1"] } })).grant;
      const elsewhere = { grant: user.grant };
      const proofs = [{ grant: "" }, { grant: "x.y.z" }, { grant: other.grant }, { grant: forPurpose }];
      for (const proof of proofs) {
        assert.equal(reason(await mfa.factors.setup(subject, { proof })), "proof_needed");
        assert.equal(reason(await mfa.disable(subject, proof)), "proof_needed");
        assert.equal(reason(await mfa.regenerateRecoveryCodes(subject, proof)), "proof_needed");
      }
      assert.equal(reason(await mfa.factors.setup(subject)), "proof_needed");
      assert.equal(reason(await mfa.disable({ ...subject, session: "stolen" }, elsewhere)), "proof_needed");
      kit.clock.advance(6 * MINUTE);
      assert.equal(reason(await mfa.disable(subject, elsewhere)), "proof_needed");
      assert.equal((await mfa.status(subject)).enabled, true);
      assert.equal(reason(await mfa.factors.setup(subject, { proof: { code: user.code() } })), "ok");
    },
  },
  {
    title: "A26 set-up while pending or enabled never shows a secret that exists",
    async run(kit) {
      const mfa = await kit.mfa();
      const subject = kit.someone();
      const first = good(await mfa.factors.setup(subject));
      const second = good(await mfa.factors.setup(subject));
      assert.notEqual(first.secret, second.secret);
      assert.equal(reason(await mfa.factors.enable(subject, { code: totp(fromBase32(first.secret), kit.clock.now) })), "invalid");
      const { grant } = good(await mfa.factors.enable(subject, { code: totp(fromBase32(second.secret), kit.clock.now) }));
      const third = good(await mfa.factors.setup(subject, { proof: { grant } }));
      assert.equal(new Set([first.secret, second.secret, third.secret]).size, 3);
    },
  },
  {
    title: "A27 set-up begun twice and abandoned leaves the enabled authenticator as it was",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      good(await mfa.factors.setup(user.subject, { proof: { grant: user.grant } }));
      good(await mfa.factors.setup(user.subject, { proof: { grant: user.grant } }));
      kit.clock.advance(16 * MINUTE);
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "ok");
      assert.deepEqual(
        (await mfa.status(user.subject)).factors.map(({ id }) => id),
        [user.factorId],
      );
    },
  },
  {
    title: "A27 a set-up decided on before the first authenticator was enabled is not carried out after it",
    async run(kit) {
      const subject = kit.someone();
      const slow = await kit.mfa();
      const pending = good(await slow.factors.setup(subject));
      // The attacker's set-up has read "not enrolled" when the owner's enabling comes in between.
      const racing = await kit.mfa({
        store: {
          ...kit.store,
          async apply(change) {
            if (change.add) good(await slow.factors.enable(subject, { code: totp(fromBase32(pending.secret), kit.clock.now) }));
            return await kit.store.apply(change);
          },
        },
      });
      assert.equal(reason(await racing.factors.setup(subject)), "proof_needed");
      assert.equal((await slow.status(subject)).factors.length, 1);
    },
  },
  {
    title:
      "A28 an authenticator set up and never confirmed asks for nothing at sign-in; its code neither signs in nor steps up, and it lapses",
    async run(kit) {
      const mfa = await kit.mfa();
      const subject = kit.someone();
      const { secret } = good(await mfa.factors.setup(subject));
      const code = (): string => totp(fromBase32(secret), kit.clock.now);
      assert.deepEqual(await mfa.signIn(subject, { amr: ["pwd"] }), { required: false, amr: ["pwd"] });
      assert.equal(reason(await mfa.verify({ subject, code: code() })), "invalid");
      assert.equal((await mfa.status(subject)).enabled, false);
      kit.clock.advance(15 * MINUTE);
      assert.equal(reason(await mfa.factors.enable(subject, { code: code() })), "invalid");
    },
  },
  {
    title: "R32 R33 bound, removed and regenerated are events with their date, and stay in the log",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { grant } = good(await mfa.regenerateRecoveryCodes(user.subject, { grant: user.grant }));
      good(await mfa.disable(user.subject, { grant }));
      const { events } = await mfa.audit.list({ subject: user.subject });
      assert.deepEqual(
        events.map(({ type }) => type),
        ["factor_pending", "verified", "factor_enabled", "recovery_codes_issued", "recovery_codes_replaced", "mfa_disabled"],
      );
      assert.ok(events.every(({ at, intact }) => at.getTime() <= kit.clock.now && at.getTime() >= kit.clock.now - STEP && intact));
    },
  },
  {
    title: "R34 A30 disabling, regenerating and revoking end every other grant and challenge at once; adding an authenticator does not",
    async run(kit) {
      const mfa = await kit.mfa();
      const acts = [
        async (u: Awaited<ReturnType<typeof kit.enrolled>>) => good(await mfa.regenerateRecoveryCodes(u.subject, { code: u.code() })).grant,
        async (u: Awaited<ReturnType<typeof kit.enrolled>>) => good(await mfa.disable(u.subject, { code: u.code() })).grant,
        async (u: Awaited<ReturnType<typeof kit.enrolled>>) => void (await mfa.revoke(u.subject)),
      ];
      for (const act of acts) {
        const user = await kit.enrolled(mfa);
        const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
        assert.equal((await mfa.verifyGrant(user.grant, user.subject)).ok, true);
        const fresh = await act(user);
        assert.equal((await mfa.verifyGrant(user.grant, user.subject)).ok, false);
        assert.notEqual(reason(await mfa.verify({ challenge, code: user.code(1) })), "ok");
        if (fresh) assert.equal((await mfa.verifyGrant(fresh, user.subject)).ok, true);
      }
      const user = await kit.enrolled(mfa);
      const added = good(await mfa.factors.setup(user.subject, { proof: { grant: user.grant } }));
      good(await mfa.factors.enable(user.subject, { code: totp(fromBase32(added.secret), kit.clock.now) }));
      assert.equal((await mfa.verifyGrant(user.grant, user.subject)).ok, true);
    },
  },
  {
    title: "R34 A30 an authenticator that waits for its first code is ended with the grants: by revoking, regenerating and disabling",
    async run(kit) {
      const mfa = await kit.mfa();
      for (const end of ["revoke", "regenerate", "disable"] as const) {
        const user = await kit.enrolled(mfa);
        const { secret } = good(await mfa.factors.setup(user.subject, { proof: { grant: user.grant } }));
        if (end === "revoke") await mfa.revoke(user.subject);
        else if (end === "regenerate") good(await mfa.regenerateRecoveryCodes(user.subject, { grant: user.grant }));
        else good(await mfa.disable(user.subject, { grant: user.grant }));
        const code = totp(fromBase32(secret), kit.clock.now);
        assert.equal(reason(await mfa.factors.enable(user.subject, { code })), "invalid", end);
      }
    },
  },
  {
    title:
      "R34 one authenticator of two is removed with proof: its codes are dead, the other's work, and grants end; with the last one MFA is off",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { subject } = user;
      const added = good(await mfa.factors.setup(subject, { name: "Work phone", proof: { grant: user.grant } }));
      const second = fromBase32(added.secret);
      const { grant } = good(await mfa.factors.enable(subject, { code: totp(second, kit.clock.now) }));
      assert.equal(reason(await mfa.factors.remove(subject, user.factorId, { grant: "" })), "proof_needed");
      assert.equal(reason(await mfa.factors.remove(subject, "unknown", { code: user.code() })), "unknown_factor");
      const removed = good(await mfa.factors.remove(subject, user.factorId, { grant }));
      assert.equal((await mfa.verifyGrant(grant, subject)).ok, false);
      assert.equal(reason(await mfa.verify({ subject, code: user.code() })), "invalid");
      kit.clock.advance(STEP);
      assert.equal(reason(await mfa.verify({ subject, code: totp(second, kit.clock.now) })), "ok");
      assert.deepEqual(
        (await mfa.factors.list(subject)).map(({ id, name }) => [id, name]),
        [[added.factorId, "Work phone"]],
      );

      good(await mfa.factors.remove(subject, added.factorId, { grant: removed.grant }));
      const { enabled, recoveryCodesLeft } = await mfa.status(subject);
      assert.deepEqual([enabled, recoveryCodesLeft], [false, 0]);
      assert.equal((await mfa.signIn(subject, { amr: ["pwd"] })).required, false);
      const last = kit.events.filter(({ type }) => type === "factor_removed").map((event) => event.type === "factor_removed" && event.last);
      assert.deepEqual(last, [false, true]);
    },
  },
  {
    title: "R34 of two removals at once with one grant one happens, so nobody is left without the second by accident",
    async run(kit) {
      const mfa = await kit.mfa();
      for (let round = 0; round < Math.min(kit.rounds, 20); round += 1) {
        const user = await kit.enrolled(mfa);
        const added = good(await mfa.factors.setup(user.subject, { proof: { grant: user.grant } }));
        const { grant } = good(await mfa.factors.enable(user.subject, { code: totp(fromBase32(added.secret), kit.clock.now) }));
        const ids = [user.factorId, added.factorId];
        const results = await Promise.all(ids.map((id) => mfa.factors.remove(user.subject, id, { grant })));
        assert.equal(results.filter(({ ok }) => ok).length, 1);
        assert.equal((await mfa.factors.list(user.subject)).length, 1);
      }
    },
  },
  {
    title: "an authenticator is renamed by its owner alone, to a name that can be shown",
    async run(kit) {
      const mfa = await kit.mfa();
      const [user, other] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      assert.deepEqual(await mfa.factors.rename(user.subject, user.factorId, "Töv 📱"), { ok: true });
      assert.deepEqual(await mfa.factors.rename(other.subject, user.factorId, "Mine"), { ok: false, reason: "unknown_factor" });
      for (const name of ["", "x".repeat(65), "a\u0000b", "line\nbreak"]) {
        await assert.rejects(mfa.factors.rename(user.subject, user.factorId, name), { code: "config_invalid" });
      }
      assert.equal((await mfa.factors.list(user.subject))[0]?.name, "Töv 📱");
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "ok");
    },
  },
  {
    title: "R31 without an authenticator there is nothing to disable or regenerate, whatever the proof",
    async run(kit) {
      const mfa = await kit.mfa();
      const subject = kit.someone();
      assert.equal(reason(await mfa.disable(subject, { grant: "" })), "not_enrolled");
      assert.equal(reason(await mfa.regenerateRecoveryCodes(subject, { grant: "" })), "not_enrolled");
      const user = await kit.enrolled(mfa);
      const { grant } = good(await mfa.disable(user.subject, { grant: user.grant }));
      assert.equal(reason(await mfa.regenerateRecoveryCodes(user.subject, { grant })), "not_enrolled");
      assert.equal((await mfa.status(user.subject)).recoveryCodesLeft, 0);
      const without = await kit.mfa({ recoveryCodes: false });
      assert.equal(reason(await without.regenerateRecoveryCodes(subject, { grant })), "unsupported");
      assert.equal(reason(await mfa.factors.setup(subject, { type: "carrier-pigeon" })), "unsupported");
    },
  },
  {
    title: "R31 the grant that answers a change keeps the time it was earned, so that one code can't be prolonged for ever",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      let { grant } = user;
      kit.clock.advance(3 * MINUTE);
      ({ grant } = good(await mfa.regenerateRecoveryCodes(user.subject, { grant })));
      kit.clock.advance(3 * MINUTE);
      assert.equal(reason(await mfa.regenerateRecoveryCodes(user.subject, { grant })), "proof_needed");
    },
  },
  {
    title: "R35 a password changed and revoke() called: the next sign-in still wants the second factor",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      await mfa.revoke(user.subject);
      assert.equal((await mfa.signIn(user.subject, { amr: ["pwd"] })).required, true);
    },
  },
  {
    title: "A52 the host says enrolled and the store holds no factor: denied and recorded, never signed in",
    async run(kit) {
      const mfa = await kit.mfa();
      const subject = kit.someone();
      await assert.rejects(mfa.signIn(subject, { amr: ["pwd"], enrolled: true }), EnrolmentMismatchError);
      assert.deepEqual(await kit.logged(mfa, subject), ["enrolment_mismatch"]);
      assert.equal((await mfa.signIn(subject, { amr: ["pwd"], enrolled: false })).required, false);
      const user = await kit.enrolled(mfa);
      for (const enrolled of [true, false]) assert.equal((await mfa.signIn(user.subject, { amr: ["pwd"], enrolled })).required, true);
    },
  },
  {
    title:
      "A52 rows that are gone give leave to nothing where the host remembers them: no state, no set-up, no change, no new authenticator",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const remembered = { ...user.subject, enrolled: true };
      assert.equal((await mfa.status(remembered)).enabled, true);
      // Begun by somebody who kept quiet about what the host remembers.
      const vanish = () => kit.store.apply({ tenant: "", subject: user.subject.id, now: kit.clock.now, removeAll: true, audit: [] });
      await vanish();
      const { secret } = good(await mfa.factors.setup(user.subject));
      const code = totp(fromBase32(secret), kit.clock.now);
      const proof = { grant: user.grant };
      for (const [what, refused] of Object.entries({
        status: () => mfa.status(remembered),
        list: () => mfa.factors.list(remembered),
        setup: () => mfa.factors.setup(remembered),
        enable: () => mfa.factors.enable(remembered, { code }),
        remove: () => mfa.factors.remove(remembered, user.factorId, proof),
        disable: () => mfa.disable(remembered, proof),
        regenerate: () => mfa.regenerateRecoveryCodes(remembered, proof),
      })) {
        await assert.rejects(refused, { code: "enrolment_mismatch" }, what);
      }
      assert.equal((await mfa.status(user.subject)).enabled, false);
      const told = async () => (await kit.logged(mfa, user.subject)).filter((type) => type === "enrolment_mismatch").length;
      assert.equal(await told(), 1);
      kit.clock.advance(HOUR);
      await together(10, () => assert.rejects(mfa.status(remembered), { code: "enrolment_mismatch" }));
      assert.equal(await told(), 2);
      // A sign-in is told each time, whichever way the host says it.
      for (const said of [{}, { enrolled: true }]) {
        await assert.rejects(mfa.signIn(said.enrolled ? user.subject : remembered, { amr: ["pwd"], ...said }), {
          code: "enrolment_mismatch",
        });
      }
      assert.equal(await told(), 4);
      assert.equal((await mfa.signIn(user.subject, { amr: ["pwd"] })).required, false);
    },
  },
  {
    title: "A52 a host that hears of a removal a moment late raises no alarm, as long as the log vouches for it",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const remembered = { ...user.subject, enrolled: true };
      const signIn = () => mfa.signIn(user.subject, { amr: ["pwd"], enrolled: true });
      good(await mfa.disable(remembered, { grant: user.grant }));
      assert.equal((await mfa.status(remembered)).enabled, false);
      assert.equal((await signIn()).required, false);
      kit.clock.advance(MINUTE);
      assert.equal((await mfa.status(remembered)).enabled, false);
      assert.equal((await signIn()).required, false);
      kit.clock.advance(1);
      for (const refused of [() => mfa.status(remembered), signIn]) await assert.rejects(refused, { code: "enrolment_mismatch" });
      // Enrolled again since, or told by a row that nobody wrote here: then it was no removal.
      const again = await kit.enrolled(mfa, user.subject);
      good(await mfa.disable(remembered, { grant: again.grant }));
      await kit.enrolled(mfa, user.subject);
      const who = { tenant: "", subject: user.subject.id };
      await kit.store.apply({ ...who, now: kit.clock.now, removeAll: true, audit: [] });
      for (const refused of [() => mfa.status(remembered), signIn]) await assert.rejects(refused, { code: "enrolment_mismatch" });
      const [row] = await kit.store.auditFind({ ...NEWEST, who, types: ["mfa_disabled"] });
      assert.ok(row);
      await kit.store.apply({ ...who, now: kit.clock.now, audit: [{ ...row, id: eventId(kit.clock.now), at: kit.clock.now }] });
      for (const refused of [() => mfa.status(remembered), signIn]) await assert.rejects(refused, { code: "enrolment_mismatch" });
    },
  },
  {
    title: "at most 7 codes are live at once: a third authenticator is refused",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const second = good(await mfa.factors.setup(user.subject, { proof: { grant: user.grant } }));
      const { grant } = good(await mfa.factors.enable(user.subject, { code: totp(fromBase32(second.secret), kit.clock.now) }));
      assert.equal(reason(await mfa.factors.setup(user.subject, { proof: { grant } })), "factor_limit");
      // What set-up saw may change before it writes: enabling asks again.
      const racer = await kit.enrolled(mfa);
      const late = await kit.mfa({
        store: {
          ...kit.store,
          async apply(change) {
            if (change.add) {
              const between = good(await mfa.factors.setup(racer.subject, { proof: { grant: racer.grant } }));
              good(await mfa.factors.enable(racer.subject, { code: totp(fromBase32(between.secret), kit.clock.now) }));
            }
            return await kit.store.apply(change);
          },
        },
      });
      const third = good(await late.factors.setup(racer.subject, { proof: { grant: racer.grant } }));
      assert.equal(
        reason(await mfa.factors.enable(racer.subject, { code: totp(fromBase32(third.secret), kit.clock.now) })),
        "factor_limit",
      );
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "ok");
    },
  },
  {
    title: "erasing removes the factors, blanks the subject in the log without breaking its MACs, and ends its grants",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { events } = await mfa.audit.list({ subject: user.subject });
      await mfa.admin.erase(user.subject);
      assert.deepEqual((await mfa.audit.list({ subject: user.subject })).events, []);
      assert.equal((await mfa.verifyGrant(user.grant, user.subject)).ok, false);
      assert.equal((await mfa.status(user.subject)).enabled, false);
      const [from, to] = [events[0]?.at ?? new Date(0), new Date(kit.clock.now + 1)];
      const { events: rest } = await mfa.audit.list({ from, to, order: "newest", limit: 1000 });
      const erased = rest.filter(({ id }) => events.some((event) => event.id === id));
      assert.equal(erased.length, events.length);
      assert.ok(erased.every(({ subject, intact }) => subject === undefined && intact));
    },
  },
];
