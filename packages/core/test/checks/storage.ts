import assert from "node:assert/strict";
import type { Charged, FactorRow, Store } from "../../src/index.ts";
import { totp as totpFactor } from "../../src/index.ts";
import { type Check, good, reason, required, STEP } from "../support/kit.ts";

/** The store as if somebody had edited its rows: every charge sees them changed. */
const edited = (store: Store, edit: (row: FactorRow) => Partial<FactorRow>): Store => ({
  ...store,
  async charge(charge): Promise<Charged> {
    const charged = await store.charge(charge);
    if (!charged.admitted) return charged;
    const factors = charged.record.factors.map((row) => ({ ...row, ...edit(row) }));
    return { ...charged, record: { ...charged.record, factors } };
  },
});

const rowOf = async (store: Store, id: string, tenant = ""): Promise<FactorRow> => {
  const [row] = (await store.read({ tenant, subject: id })).factors;
  if (!row) throw new Error("There is no factor.");
  return row;
};

export const storageChecks: Check[] = [
  {
    title:
      "R37 a stored secret is v1.<key id>.<nonce>.<ciphertext+tag>, its nonce never used twice, and holds nothing of the secret in clear",
    async run(kit) {
      const mfa = await kit.mfa();
      const nonces = new Set<string>();
      for (let n = 0; n < 20; n += 1) {
        const subject = kit.someone();
        const { secret } = good(await mfa.factors.setup(subject));
        const { secret: sealed } = await rowOf(kit.store, subject.id);
        const [version, keyId, nonce = "", body = ""] = sealed.split(".");
        assert.deepEqual([version, (await kit.store.dataKeys()).find(({ use }) => use === "seal")?.id], ["v1", keyId]);
        assert.deepEqual([Buffer.from(nonce, "base64url").length, Buffer.from(body, "base64url").length], [12, 20 + 16]);
        assert.ok(!sealed.includes(secret));
        nonces.add(nonce);
      }
      assert.equal(nonces.size, 20);
    },
  },
  {
    title: "A35 a ciphertext moved between rows, subjects or tenants does not open: denied, and recorded",
    async run(kit) {
      const mfa = await kit.mfa();
      const [ada, ben] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
      const tenant = { ...ada.subject, tenant: "other" };
      const same = await kit.enrolled(mfa, tenant);
      const secrets = [await rowOf(kit.store, ben.subject.id), await rowOf(kit.store, ada.subject.id, "other")].map(({ secret }) => secret);
      for (const [index, from] of [ben, same].entries()) {
        const swapped = await kit.mfa({ store: edited(kit.store, () => ({ secret: secrets[index] ?? "" })) });
        assert.equal(reason(await swapped.verify({ subject: ada.subject, code: from.code() })), "invalid");
      }
      assert.ok((await kit.logged(mfa, ada.subject)).includes("secret_unreadable"));
      assert.equal(reason(await mfa.verify({ subject: ada.subject, code: ada.code() })), "ok");
    },
  },
  {
    title: "A35 a ciphertext with any part edited does not open, and does not throw: denied",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { secret } = await rowOf(kit.store, user.subject.id);
      const [version = "", keyId = "", nonce = "", body = ""] = secret.split(".");
      const flip = (text: string): string =>
        text[5] === "A" ? `${text.slice(0, 5)}B${text.slice(6)}` : `${text.slice(0, 5)}A${text.slice(6)}`;
      const forms = [
        `v0.${keyId}.${nonce}.${body}`,
        `${version}.${flip(keyId)}.${nonce}.${body}`,
        `${version}.${keyId}.${flip(nonce)}.${body}`,
      ];
      forms.push(
        `${version}.${keyId}.${nonce}.${flip(body)}`,
        `${version}.${keyId}.${nonce}.${body.slice(0, -2)}`,
        `${secret}.x`,
        "",
        "v1...",
        secret.slice(0, 20),
      );
      for (const form of forms) {
        const mfaOfForm = await kit.mfa({ store: edited(kit.store, () => ({ secret: form })), lockout: { failures: 10 } });
        assert.equal(reason(await mfaOfForm.verify({ subject: user.subject, code: user.code() })), "invalid", form);
      }
    },
  },
  {
    title: "A37 algorithm, digits or period edited in the row are refused: they stand in the additional data",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { totp } = await import("../../src/otp/index.ts");
      const edits = [{ algorithm: "SHA256" }, { digits: 8 }, { period: 60 }, { id: "another" }] as const;
      for (const edit of edits) {
        const tampered = await kit.mfa({ store: edited(kit.store, () => edit) });
        const code = totp(user.secret, kit.clock.now, "id" in edit ? {} : edit);
        assert.equal(reason(await tampered.verify({ subject: user.subject, code })), "invalid", JSON.stringify(edit));
      }
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "ok");
    },
  },
  {
    title: "R38 a secret is opened only to judge a code of its own kind: not for status, sign-in, grants or recovery codes",
    async run(kit) {
      let opened = 0;
      const inner = totpFactor();
      const counting = {
        ...inner,
        match(attempt: Parameters<typeof inner.match>[0]) {
          return inner.match({
            ...attempt,
            open(row) {
              opened += 1;
              return attempt.open(row);
            },
          });
        },
      };
      const mfa = await kit.mfa({ factors: [counting] });
      const user = await kit.enrolled(mfa);
      const before = opened;
      await mfa.status(user.subject);
      required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      await mfa.challenge(user.subject);
      await mfa.verifyGrant(user.grant, user.subject);
      good(await mfa.verify({ subject: user.subject, code: user.recoveryCodes[0] ?? "" }));
      good(await mfa.regenerateRecoveryCodes(user.subject, { grant: user.grant }));
      await mfa.verify({ subject: user.subject, code: "12345678" });
      assert.equal(opened, before);
      good(await mfa.verify({ subject: user.subject, code: user.code() }));
      assert.equal(opened, before + 1);
    },
  },
  {
    title:
      "R40 A46 wrong code, expired code and no factor answer alike, counting down alike; a lock is told before matching, a replay is told",
    async run(kit) {
      const mfa = await kit.mfa();
      const [wrong, expired, none] = [await kit.enrolled(mfa), await kit.enrolled(mfa), kit.someone()];
      const old = expired.code();
      kit.clock.advance(10 * STEP);
      for (let n = 1; n <= 6; n += 1) {
        const answers = [
          await mfa.verify({ subject: wrong.subject, code: wrong.wrong() }),
          await mfa.verify({ subject: expired.subject, code: old }),
          await mfa.verify({ subject: none, code: "123456" }),
        ];
        const lock = n >= 5 ? { retryAfter: 900 } : {};
        const expected =
          n === 6 ? { ok: false, reason: "locked", ...lock } : { ok: false, reason: "invalid", attemptsLeft: 5 - n, ...lock };
        for (const answer of answers) assert.deepEqual(answer, expected);
      }
    },
  },
  {
    title:
      "R41 every attempt is a row with its method and no secret; under a lock the first refusal is a row and the rest a number; every MAC holds",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { subject } = user;
      const codes = [user.code(), user.code(), ...Array.from({ length: 8 }, () => user.wrong())];
      for (const code of codes) await mfa.verify({ subject, code, demand: { purpose: "payment.approve" } });
      good(await mfa.verify({ subject, code: user.recoveryCodes[0] ?? "" }));
      kit.clock.advance(900_000);
      const [late] = [user.code()];
      good(await mfa.verify({ subject, code: late }));
      const { events } = await mfa.audit.list({ subject, limit: 1000 });
      assert.deepEqual(
        events.slice(4).map(({ type }) => type),
        [
          ...["verified", "code_replayed"],
          ...["verification_failed", "verification_failed", "verification_failed", "verification_failed", "locked"],
          ...["refused", "verified", "recovery_code_used", "verified"],
        ],
      );
      const last = events.at(-1);
      assert.equal(last?.type === "verified" && last.refusals, 4);
      assert.ok(events.every(({ intact }) => intact));
      // Without ids, whose random digits may happen to be those of a code.
      const text = JSON.stringify(events).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "");
      for (const secret of [...codes, late, ...user.recoveryCodes, user.grant, user.uri]) assert.ok(!text.includes(secret));
    },
  },
  {
    title: "R41 an edited row of the log shows: type, time, detail, subject or MAC",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const edits = [
        { type: "verified" },
        { at: 1 },
        { detail: "{}" },
        { detail: "{" },
        { subject: "other" },
        { tenant: "other" },
        { salt: "x" },
        { salt: null },
        { mac: "x" },
        { id: "x" },
      ];
      for (const edit of edits) {
        const tampered = await kit.mfa({
          store: {
            ...kit.store,
            auditFind: async (query) =>
              (await kit.store.auditFind(query)).map((row) => ({ ...row, ...(row.type === "factor_enabled" ? edit : {}) })),
          },
        });
        const { events } = await tampered.audit.list({ subject: user.subject });
        assert.equal(events.filter(({ intact }) => !intact).length, 1, JSON.stringify(edit));
      }
    },
  },
];
