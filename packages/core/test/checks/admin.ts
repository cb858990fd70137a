import assert from "node:assert/strict";
import type { AdminAct, Subject } from "../../src/index.ts";
import { type Check, good, HOUR, MINUTE, reason, required, together } from "../support/kit.ts";

const PASSWORD = { amr: ["pwd"] };

export const adminChecks: Check[] = [
  {
    title: "R22 an admin with MFA ends a lock, of both lanes; a challenge from before it stays dead",
    async run(kit) {
      const mfa = await kit.mfa();
      const [user, admin] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const { challenge } = required(await mfa.signIn(user.subject, PASSWORD));
      for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: user.subject, code: user.wrong() });
      for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: user.subject, code: "0000-0000-0000-0000" });
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "locked");
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.recoveryCodes[0] ?? "" })), "locked");
      kit.clock.advance(1_000);
      assert.deepEqual(await mfa.admin.unlock(user.subject, { actor: admin.subject, grant: admin.grant, reason: "ticket 7" }), {
        ok: true,
      });
      assert.equal((await mfa.status(user.subject)).lockedUntil, undefined);
      assert.equal(reason(await mfa.verify({ challenge, code: user.code() })), "expired");
      kit.clock.advance(30_000);
      good(await mfa.verify({ subject: user.subject, code: user.code() }));
      good(await mfa.verify({ subject: user.subject, code: user.recoveryCodes[0] ?? "" }));
    },
  },
  {
    title: "R16 unlocking also ends the suspension that failures over days bring",
    async run(kit) {
      const mfa = await kit.mfa({ lockout: { failures: 5, suspend: 10, longest: "15m" } });
      const [user, admin] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      for (let n = 0; n < 10; n += 1) {
        assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.wrong() })), "invalid");
        kit.clock.advance(HOUR);
      }
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "locked");
      const { grant } = good(await mfa.verify({ subject: admin.subject, code: admin.code() }));
      good(await mfa.admin.unlock(user.subject, { actor: admin.subject, grant, reason: "ticket 8" }));
      good(await mfa.verify({ subject: user.subject, code: user.code() }));
    },
  },
  {
    title: "R31 R33 A52 an admin's reset removes every factor, ends grants and devices, and stays in the log with actor and reason",
    async run(kit) {
      const mfa = await kit.mfa({ trustedDevices: { for: "30d" } });
      const [user, admin] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const { challenge } = required(await mfa.signIn(user.subject, PASSWORD));
      const { device, grant } = good(await mfa.verify({ challenge, code: user.code(), session: "s", device: { name: "Laptop" } }));
      assert.ok(device);
      const act: AdminAct = { actor: admin.subject, grant: admin.grant, reason: "phone and codes lost; seen in person" };
      assert.deepEqual(await mfa.admin.reset(user.subject, act), { ok: true });
      const status = await mfa.status(user.subject);
      assert.deepEqual([status.enabled, status.recoveryCodesLeft, (await mfa.devices.list(user.subject)).length], [false, 0, 0]);
      assert.equal((await mfa.verifyGrant(grant, { ...user.subject, session: "s" })).ok, false);
      // Help on the phone: the owner signs in at once, whatever the app's flag has not heard of yet.
      assert.equal((await mfa.signIn(user.subject, { ...PASSWORD, enrolled: true })).required, false);
      kit.clock.advance(MINUTE + 1);
      await assert.rejects(mfa.signIn(user.subject, { ...PASSWORD, enrolled: true }), { code: "enrolment_mismatch" });
      const { events } = await mfa.audit.list({ subject: user.subject, limit: 1000 });
      const reset = events.find(({ type }) => type === "mfa_reset");
      assert.deepEqual(reset?.type === "mfa_reset" && [reset.actor, reset.reason, reset.intact], [admin.subject.id, act.reason, true]);
      assert.ok(events.some(({ type }) => type === "factor_enabled"));
      await kit.enrolled(mfa, user.subject);
    },
  },
  {
    title:
      "A29 no admin act without another's fresh second factor and a reason: none of oneself, by a password, an old grant, one for a purpose or another's",
    async run(kit) {
      const mfa = await kit.mfa();
      const [user, admin, other] = [await kit.enrolled(mfa), await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const bare = kit.someone();
      const { subject: actor, grant } = admin;
      const forPurpose = good(await mfa.verify({ subject: actor, code: admin.code(), demand: { purpose: "export" } })).grant;
      const reason = "ticket 9";
      const refused: [AdminAct, string][] = [
        [{ actor: user.subject, grant: user.grant, reason }, "own_account"],
        [{ actor: { id: user.subject.id }, grant: user.grant, reason }, "own_account"],
        [{ actor, grant: "", reason }, "proof_needed"],
        [{ actor, grant: undefined as never, reason }, "proof_needed"],
        [{ actor, grant: user.grant, reason }, "proof_needed"],
        [{ actor, grant: other.grant, reason }, "proof_needed"],
        [{ actor, grant: forPurpose, reason }, "proof_needed"],
        [{ actor: bare, grant, reason }, "proof_needed"],
        [{ actor: { ...actor, session: "stolen" }, grant, reason }, "proof_needed"],
      ];
      const acts = [mfa.admin.unlock, mfa.admin.reset, mfa.admin.switchOff, mfa.admin.switchOn];
      for (const act of acts) {
        for (const [by, why] of refused) assert.deepEqual(await act(user.subject, by), { ok: false, reason: why });
        for (const reason of ["", "  ", "x".repeat(501), 7, undefined]) {
          await assert.rejects(act(user.subject, { actor, grant, reason: reason as never }), { code: "config_invalid" });
        }
        await assert.rejects(act(user.subject, {} as never), { code: "config_invalid" });
        await assert.rejects(act(user.subject, undefined as never), { code: "config_invalid" });
      }
      kit.clock.advance(6 * MINUTE);
      for (const act of acts) assert.deepEqual(await act(user.subject, { actor, grant, reason }), { ok: false, reason: "proof_needed" });
      await mfa.revoke(actor);
      const status = await mfa.status(user.subject);
      assert.deepEqual([status.enabled, status.switchedOff], [true, false]);
    },
  },
  {
    title: "R33 MFA switched off for one subject by an admin asks nothing of that one alone, is recorded, and comes back as it was",
    async run(kit) {
      const mfa = await kit.mfa();
      const [user, other, admin] = [await kit.enrolled(mfa), await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const by = { actor: admin.subject, grant: admin.grant, reason: "lost phone, travelling" };
      good(await mfa.admin.switchOff(user.subject, by));
      good(await mfa.admin.switchOff(user.subject, by));
      assert.deepEqual(await mfa.signIn(user.subject, PASSWORD), { required: false, amr: ["pwd"], switchedOff: true });
      assert.equal((await mfa.signIn(other.subject, PASSWORD)).required, true);
      assert.deepEqual([(await mfa.status(user.subject)).switchedOff, (await mfa.status(user.subject)).factors.length], [true, 1]);
      assert.equal((await mfa.verifyGrant(user.grant, user.subject)).ok, false);
      good(await mfa.admin.switchOn(user.subject, by));
      const { challenge } = required(await mfa.signIn(user.subject, PASSWORD));
      good(await mfa.verify({ challenge, code: user.code() }));
      assert.deepEqual(
        (await kit.logged(mfa, user.subject)).filter((type) => type.startsWith("mfa_switched")),
        ["mfa_switched_off", "mfa_switched_on"],
      );
    },
  },
  {
    title: "A52 a row that says MFA is switched off, under no mark of ours, switches nothing off, and alarms",
    async run(kit) {
      const mfa = await kit.mfa();
      const [user, other, admin] = [await kit.enrolled(mfa), await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const who = { tenant: "", subject: user.subject.id };
      good(await mfa.admin.switchOff(other.subject, { actor: admin.subject, grant: admin.grant, reason: "travelling" }));
      const theirs = (await kit.store.read({ tenant: "", subject: other.subject.id })).switchedOff ?? "";
      for (const mark of ["1", "true", String(kit.clock.now), theirs]) {
        await kit.store.apply({ ...who, now: kit.clock.now, switchedOff: mark, audit: [] });
        assert.equal((await mfa.signIn(user.subject, { ...PASSWORD, enrolled: true })).required, true);
        assert.equal((await mfa.status(user.subject)).switchedOff, false);
        await kit.store.apply({ ...who, now: kit.clock.now, switchedOff: "", audit: [] });
      }
      const told = async () => (await kit.logged(mfa, user.subject)).filter((type) => type === "switch_forged").length;
      assert.equal(await told(), 4);
      await kit.store.apply({ ...who, now: kit.clock.now, switchedOff: "forged", audit: [] });
      const states = await together(20, () => mfa.status(user.subject));
      assert.ok(states.every(({ switchedOff }) => !switchedOff));
      assert.equal(await told(), 5);
      await kit.store.apply({ ...who, now: kit.clock.now, switchedOff: "forged", audit: [] });
      good(await mfa.admin.switchOff(user.subject, { actor: admin.subject, grant: admin.grant, reason: "travelling" }));
      assert.equal((await mfa.signIn(user.subject, PASSWORD)).required, false);
    },
  },
  {
    title: "A22 resetting or erasing somebody leaves MFA on for whoever enrols anew",
    async run(kit) {
      const mfa = await kit.mfa();
      const admin = await kit.enrolled(mfa);
      const by = { actor: admin.subject, grant: admin.grant, reason: "a test" };
      for (const start of [() => mfa.admin.reset, () => (subject: Subject) => mfa.admin.erase(subject)]) {
        const user = await kit.enrolled(mfa);
        kit.clock.now -= 30_000; // stay within the grant's freshness
        good(await mfa.admin.switchOff(user.subject, by));
        await start()(user.subject, by);
        assert.equal((await mfa.status(user.subject)).switchedOff, false);
        await kit.enrolled(mfa, user.subject);
        kit.clock.now -= 30_000;
        assert.equal((await mfa.signIn(user.subject, PASSWORD)).required, true);
      }
    },
  },
  {
    title: "R41 a refused act is in the log too, and an actor of another tenant is named with it",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const elsewhere = await kit.enrolled(mfa, { ...kit.someone(), tenant: "platform" });
      await mfa.admin.reset(user.subject, { actor: elsewhere.subject, grant: "x", reason: "a test" });
      good(await mfa.admin.unlock(user.subject, { actor: elsewhere.subject, grant: elsewhere.grant, reason: "a test" }));
      const { events } = await mfa.audit.list({ subject: user.subject, limit: 1000 });
      const acts = events.flatMap((event) =>
        event.type === "admin_act_refused" || event.type === "unlocked" ? [[event.type, event.actor, event.actorTenant]] : [],
      );
      assert.deepEqual(acts, [
        ["admin_act_refused", elsewhere.subject.id, "platform"],
        ["unlocked", elsewhere.subject.id, "platform"],
      ]);
    },
  },
  {
    title: "A29 an admin who has just switched their own MFA off acts on nobody",
    async run(kit) {
      const mfa = await kit.mfa();
      const [user, admin] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const { grant } = good(await mfa.disable(admin.subject, { grant: admin.grant }));
      assert.deepEqual(await mfa.admin.reset(user.subject, { actor: admin.subject, grant, reason: "a test" }), {
        ok: false,
        reason: "proof_needed",
      });
    },
  },
  {
    title: "A18 whatever name, session or device a subject comes with, its failures are counted in one place",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { id } = user.subject;
      const aliases = [
        { id },
        { id, name: "ADA@EXAMPLE.COM" },
        { id, name: "ada+x@example.com", session: "a" },
        { id, session: "b" },
        { id, tenant: undefined as never },
      ];
      for (const subject of aliases) assert.equal(reason(await mfa.verify({ subject, code: user.wrong() })), "invalid");
      for (const subject of aliases) assert.equal(reason(await mfa.verify({ subject, code: user.code() })), "locked");
      const { challenge } = required(await mfa.signIn({ id, name: "else" }, PASSWORD));
      assert.equal(reason(await mfa.verify({ challenge, code: user.code() })), "locked");
    },
  },
];
