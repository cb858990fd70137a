import assert from "node:assert/strict";
import type { Mfa } from "../../src/index.ts";
import { type Check, DAY, good, HOUR, type Kit, reason, required, type User } from "../support/kit.ts";

const TRUSTED = { trustedDevices: { for: "30d" } } as const;

/** Signs in with a code and trusts the device: its token. */
async function trusted(
  mfa: Mfa,
  { subject }: User,
  code: string,
  name = "Laptop",
): Promise<{ id: string; token: string; expiresAt: Date }> {
  const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
  const { device } = good(await mfa.verify({ challenge, code, session: "s", device: { name } }));
  assert.ok(device);
  return device;
}

const passes = async (mfa: Mfa, { subject }: Pick<User, "subject">, device: string): Promise<boolean> =>
  !(await mfa.signIn(subject, { amr: ["pwd"], device })).required;

/** Moves on to a step that has not been used. */
const nextStep = (kit: Kit): void => kit.clock.advance(30_000);

export const deviceChecks: Check[] = [
  {
    title: "A34 a trusted device stands in for the second step of its own subject, until it lapses, and for nobody else",
    async run(kit) {
      const mfa = await kit.mfa(TRUSTED);
      const [user, other] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const { id, token, expiresAt } = await trusted(mfa, user, user.code());
      const given = kit.clock.now;
      assert.equal(expiresAt.getTime(), given + 30 * DAY);
      const step = await mfa.signIn(user.subject, { amr: ["pwd"], device: token });
      assert.deepEqual(step, { required: false, amr: ["pwd"], deviceId: id });
      assert.equal(await passes(mfa, other, token), false);
      const elsewhere = await kit.enrolled(mfa, { ...user.subject, tenant: "another" });
      assert.equal(await passes(mfa, elsewhere, token), false);
      assert.equal(await passes(mfa, user, token), true);
      for (const forged of ["", "x", token.slice(1), `${token}A`, token.toLowerCase(), "a".repeat(10_000)]) {
        assert.equal(await passes(mfa, user, forged), false, forged.slice(0, 50));
      }
      for (const odd of [undefined, null, 1, {}, [token], { $ne: "" }]) assert.equal(await passes(mfa, user, odd as never), false);
      kit.clock.now = given + 30 * DAY - 1;
      assert.equal(await passes(mfa, user, token), true);
      kit.clock.advance(1);
      assert.equal(await passes(mfa, user, token), false);
    },
  },
  {
    title: "A34 A30 R34 a trusted device dies when factors change, at a new password, and when it is revoked",
    async run(kit) {
      const mfa = await kit.mfa(TRUSTED);
      const ends: ((user: User, id: string) => Promise<unknown>)[] = [
        ({ subject, grant }) => mfa.regenerateRecoveryCodes(subject, { grant }),
        ({ subject }) => mfa.revoke(subject),
        ({ subject }, id) => mfa.devices.revoke(subject, id),
        async (user) => {
          good(await mfa.disable(user.subject, { grant: user.grant }));
          await kit.enrolled(mfa, user.subject);
        },
      ];
      for (const end of ends) {
        const user = await kit.enrolled(mfa);
        const { id, token } = await trusted(mfa, user, user.code());
        assert.equal(await passes(mfa, user, token), true);
        await end(user, id);
        assert.equal(await passes(mfa, user, token), false);
        assert.deepEqual(await mfa.devices.list(user.subject), []);
      }
    },
  },
  {
    title: "A34 a device's row put back after its epoch trusts nobody: the hash is bound to subject and epoch",
    async run(kit) {
      const mfa = await kit.mfa(TRUSTED);
      const user = await kit.enrolled(mfa);
      const { token } = await trusted(mfa, user, user.code());
      const who = { tenant: "", subject: user.subject.id };
      const [row] = (await kit.store.read(who)).devices;
      assert.ok(row && !JSON.stringify(row).includes(token));
      await mfa.revoke(user.subject);
      await kit.store.apply({ ...who, now: kit.clock.now, addDevice: row, audit: [] });
      assert.equal(await passes(mfa, user, token), false);
      const other = await kit.enrolled(mfa);
      await kit.store.apply({
        tenant: "",
        subject: other.subject.id,
        now: kit.clock.now,
        addDevice: { ...row, id: `${row.id}-2` },
        audit: [],
      });
      assert.equal(await passes(mfa, other, token), false);
    },
  },
  {
    title: "A34 a device is trusted no longer than it was to be, nor than it would be now, whatever its row says",
    async run(kit) {
      const mfa = await kit.mfa(TRUSTED);
      const user = await kit.enrolled(mfa);
      const { id, token } = await trusted(mfa, user, user.code());
      const shorter = await kit.mfa({ trustedDevices: { for: "1h" } });
      const who = { tenant: "", subject: user.subject.id };
      const [row] = (await kit.store.read(who)).devices;
      assert.ok(row);
      kit.clock.advance(2 * HOUR);
      assert.equal(await passes(shorter, user, token), false);
      assert.equal(await passes(mfa, user, token), true);
      await kit.store.apply({ ...who, now: kit.clock.now, removeDevice: id, audit: [] });
      const edited = { ...row, createdAt: kit.clock.now + 10 * DAY, expiresAt: kit.clock.now + 40 * DAY };
      await kit.store.apply({ ...who, now: kit.clock.now, addDevice: edited, audit: [] });
      assert.equal(await passes(mfa, user, token), false);
    },
  },
  {
    title: "A34 a device's name that is none costs neither code nor challenge",
    async run(kit) {
      const mfa = await kit.mfa(TRUSTED);
      const user = await kit.enrolled(mfa);
      const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      for (const device of [{ name: "" }, { name: "x".repeat(65) }, { name: "a\u0000b" }, {}, null, "Laptop"]) {
        await assert.rejects(mfa.verify({ challenge, code: user.code(), session: "s", device: device as never }), {
          code: "config_invalid",
        });
      }
      good(await mfa.verify({ challenge, code: user.code(), session: "s", device: { name: "Laptop" } }));
    },
  },
  {
    title: "A34 devices are trusted only where the host offers it, only at a sign-in, and never by a wrong code",
    async run(kit) {
      const plain = await kit.mfa();
      const mfa = await kit.mfa(TRUSTED);
      const user = await kit.enrolled(mfa);
      const device = { name: "Laptop" };
      const step = required(await plain.signIn(user.subject, { amr: ["pwd"] }));
      assert.equal(good(await plain.verify({ challenge: step.challenge, code: user.code(), device })).device, undefined);
      nextStep(kit);
      const again = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.equal(reason(await mfa.verify({ challenge: again.challenge, code: user.wrong(), device })), "invalid");
      assert.equal(good(await mfa.verify({ subject: user.subject, code: user.code(), device })).device, undefined);
      nextStep(kit);
      const { challenge } = await mfa.challenge(user.subject);
      assert.equal(good(await mfa.verify({ challenge, subject: user.subject, code: user.code(), device })).device, undefined);
      assert.deepEqual(await mfa.devices.list(user.subject), []);
      nextStep(kit);
      const { token } = await trusted(mfa, user, user.code());
      assert.equal(await passes(plain, user, token), false);
      for (const trustedDevices of [true, { for: "91d" }, { for: "10m" }, {}]) {
        await assert.rejects(kit.mfa({ trustedDevices: trustedDevices as never }), { code: "config_invalid" });
      }
    },
  },
  {
    title: "R34 devices are listed with name and dates, newest first, without what would let anyone in; each use is recorded",
    async run(kit) {
      const mfa = await kit.mfa(TRUSTED);
      const user = await kit.enrolled(mfa);
      const first = await trusted(mfa, user, user.code(), "Laptop");
      nextStep(kit);
      const second = await trusted(mfa, user, user.code(), "Phone");
      assert.equal(await passes(mfa, user, first.token), true);
      const listed = await mfa.devices.list(user.subject);
      assert.deepEqual(
        listed.map(({ id, name, lastUsedAt }) => [id, name, lastUsedAt !== undefined]),
        [
          [second.id, "Phone", false],
          [first.id, "Laptop", true],
        ],
      );
      assert.ok(!JSON.stringify(listed).includes(first.token));
      assert.deepEqual(await mfa.devices.revoke(user.subject, "nobody's"), { ok: false, reason: "unknown_device" });
      const other = await kit.enrolled(mfa);
      assert.deepEqual(await mfa.devices.revoke(other.subject, first.id), { ok: false, reason: "unknown_device" });
      assert.deepEqual(await mfa.devices.revoke(user.subject, first.id), { ok: true });
      assert.deepEqual(
        (await kit.logged(mfa, user.subject)).filter((type) => type.startsWith("device_")),
        ["device_trusted", "device_trusted", "device_used", "device_revoked"],
      );
    },
  },
];
