import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { hotp as hotpFactor, totp as totpFactor } from "../../src/index.ts";
import { hotp, toBase32, totp } from "../../src/otp/index.ts";
import { type Check, DAY, good, reason, required, STEP } from "../support/kit.ts";

const FACTORS = { factors: [totpFactor(), hotpFactor()] };
const LONG = { factors: [totpFactor({ allowLongPeriod: true })] };

/** A token's settings, apart from its counter. */
const ROW = { type: "hotp", secret: randomBytes(20), algorithm: "SHA1", digits: 6 } as const;

/** The last counter that is taken over. */
const LAST_COUNTER = Number.MAX_SAFE_INTEGER - 2_000;

const uriOf = (secret: Uint8Array, parameters = ""): string => `otpauth://totp/Old:ada?secret=${toBase32(secret)}&issuer=Old${parameters}`;

export const importChecks: Check[] = [
  {
    title: "R48 settings that some authenticator apps ignore raise a warning that names one, and the usual ones raise none",
    async run() {
      const heard: (Error & { code?: string })[] = [];
      const hear = (warning: Error): void => void heard.push(warning);
      process.on("warning", hear);
      totpFactor();
      for (const options of [{ algorithm: "SHA256" }, { digits: 8 }, { period: 60 }] as const) totpFactor(options);
      // Warnings are raised in the turn that follows.
      await new Promise((resolve) => setImmediate(resolve));
      process.off("warning", hear);
      const ours = heard.filter(({ code }) => code === "NIGHTLATCH_TOTP_SETTINGS");
      assert.equal(ours.length, 3);
      for (const { message } of ours) assert.match(message, /Google Authenticator/);
    },
  },
  {
    title: "R3 an authenticator in use elsewhere is taken over with its own digits, period and algorithm, and is enabled at once",
    async run(kit) {
      const mfa = await kit.mfa(LONG);
      for (const algorithm of ["SHA1", "SHA256", "SHA512"] as const) {
        for (const digits of [6, 7, 8] as const) {
          for (const period of [10, 30, 60, 300]) {
            const subject = kit.someone();
            const secret = randomBytes(20);
            const { factorId, short } = good(
              await mfa.factors.import(subject, uriOf(secret, `&algorithm=${algorithm}&digits=${digits}&period=${period}`), {
                name: "Old phone",
              }),
            );
            assert.equal(short, false);
            const [factor] = (await mfa.status(subject)).factors;
            assert.deepEqual([factor?.id, factor?.name, factor?.short], [factorId, "Old phone", false]);
            const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
            const code = totp(secret, kit.clock.now, { algorithm, digits, period });
            assert.equal(good(await mfa.verify({ challenge, code })).reEnrol, undefined);
          }
        }
      }
    },
  },
  {
    title: "R3 a short secret is taken over only where allowed, and then flagged in status, log and each success; under 80 bits never",
    async run(kit) {
      const mfa = await kit.mfa(FACTORS);
      for (const bytes of [10, 12, 15]) {
        const subject = kit.someone();
        const secret = randomBytes(bytes);
        await assert.rejects(mfa.factors.import(subject, uriOf(secret)), { code: "config_invalid", message: /allowShort/ });
        await assert.rejects(mfa.factors.import(subject, uriOf(secret), { allowShort: "yes" as never }), { code: "config_invalid" });
        assert.equal((await mfa.status(subject)).enabled, false);
        assert.equal(good(await mfa.factors.import(subject, uriOf(secret), { allowShort: true })).short, true);
        assert.equal((await mfa.factors.list(subject))[0]?.short, true);
        assert.equal(good(await mfa.verify({ subject, code: totp(secret, kit.clock.now) })).reEnrol, true);
        const { events } = await mfa.audit.list({ subject });
        assert.ok(events.some((event) => event.type === "factor_imported" && event.short));
      }
      for (const bytes of [1, 5, 9]) {
        await assert.rejects(mfa.factors.import(kit.someone(), uriOf(randomBytes(bytes)), { allowShort: true }), {
          code: "config_invalid",
          message: /80/,
        });
      }
      const subject = kit.someone();
      assert.equal(good(await mfa.factors.import(subject, uriOf(randomBytes(16)), { allowShort: true })).short, false);
    },
  },
  {
    title: "R13 a counter-based token comes over with its counter, and never goes back behind it",
    async run(kit) {
      const mfa = await kit.mfa(FACTORS);
      const subject = kit.someone();
      const secret = randomBytes(20);
      const { factorId } = good(await mfa.factors.import(subject, `otpauth://hotp/Old:ada?secret=${toBase32(secret)}&counter=42`));
      assert.equal(reason(await mfa.verify({ subject, factorId, code: hotp(secret, 41) })), "invalid");
      good(await mfa.verify({ subject, factorId, code: hotp(secret, 42) }));
      assert.equal(reason(await mfa.verify({ subject, factorId, code: hotp(secret, 42) })), "invalid");
      const last = { ...ROW, counter: LAST_COUNTER };
      const far = kit.someone();
      const { factorId: farId } = good(await mfa.factors.import(far, last));
      good(await mfa.verify({ subject: far, factorId: farId, code: hotp(last.secret, LAST_COUNTER) }));
      assert.equal(reason(await mfa.verify({ subject: far, factorId: farId, code: hotp(last.secret, LAST_COUNTER - 1) })), "invalid");
      assert.ok(!(await kit.logged(mfa, far)).includes("factor_faulty"));
      const row = { ...ROW, counter: 0 };
      const other = kit.someone();
      const imported = good(await mfa.factors.import(other, row));
      good(await mfa.verify({ subject: other, factorId: imported.factorId, code: hotp(row.secret, 0) }));
    },
  },
  {
    title: "R4 a period beyond two minutes is taken over only where the host allows it",
    async run(kit) {
      const plain = await kit.mfa(FACTORS);
      for (const period of [121, 300]) {
        await assert.rejects(plain.factors.import(kit.someone(), uriOf(randomBytes(20), `&period=${period}`)), {
          code: "config_invalid",
          message: /allowLongPeriod/,
        });
      }
      good(await plain.factors.import(kit.someone(), uriOf(randomBytes(20), "&period=120")));
    },
  },
  {
    title: "R9 the last step that the other system accepted is not accepted here again",
    async run(kit) {
      const mfa = await kit.mfa(FACTORS);
      const subject = kit.someone();
      const secret = randomBytes(20);
      const lastUsedStep = Math.floor(kit.clock.now / STEP);
      good(await mfa.factors.import(subject, { type: "totp", secret, algorithm: "SHA1", digits: 6, period: 30, lastUsedStep }));
      assert.equal(reason(await mfa.verify({ subject, code: totp(secret, kit.clock.now) })), "replayed");
      good(await mfa.verify({ subject, code: totp(secret, kit.clock.now + STEP) }));
    },
  },
  {
    title:
      "R31 the same secret is not taken over twice, nor one beyond what may be live, and what is malformed says why without the secret",
    async run(kit) {
      const mfa = await kit.mfa(FACTORS);
      const subject = kit.someone();
      const secret = randomBytes(20);
      good(await mfa.factors.import(subject, uriOf(secret)));
      assert.deepEqual(await mfa.factors.import(subject, uriOf(secret)), { ok: false, reason: "already_enrolled" });
      good(await mfa.factors.import(subject, uriOf(randomBytes(20))));
      assert.deepEqual(await mfa.factors.import(subject, uriOf(randomBytes(20))), { ok: false, reason: "factor_limit" });
      const text = toBase32(randomBytes(20));
      const malformed: unknown[] = [
        "",
        "https://example.com",
        `otpauth://totp/a?secret=${text}&digits=5`,
        `otpauth://totp/a?secret=${text}&period=301`,
        `otpauth://totp/a?secret=${text}&algorithm=MD5`,
        `otpauth://hotp/a?secret=${text}`,
        `otpauth://steam/a?secret=${text}`,
        "otpauth://totp/a?secret=0189",
        "otpauth://totp/a",
        { type: "totp", secret: randomBytes(20), algorithm: "MD5", digits: 6, period: 30 },
        { type: "totp", secret: randomBytes(20), algorithm: "SHA1", digits: 6, period: 5 },
        { type: "totp", secret: randomBytes(20), algorithm: "SHA1", digits: 9, period: 30 },
        { ...ROW, counter: -1 },
        { ...ROW, counter: LAST_COUNTER + 1 },
        ROW,
        { type: "recovery_code", secret: randomBytes(20), algorithm: "SHA1", digits: 6 },
        { type: "yubikey", secret: randomBytes(20), algorithm: "SHA1", digits: 6 },
      ];
      for (const from of malformed) {
        await assert.rejects(mfa.factors.import(kit.someone(), from as string), (error: Error & { code?: string }) => {
          assert.equal(error.code, "config_invalid", String(from));
          assert.ok(!error.message.includes(text));
          return true;
        });
      }
    },
  },
  {
    title: "A48 codes at the window's edge, day after day, are recorded as drift and move no window",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      for (let day = 0; day < 20; day += 1) {
        kit.clock.advance(DAY);
        assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code(2) })), "invalid");
        good(await mfa.verify({ subject: user.subject, code: user.code(1) }));
      }
      kit.clock.advance(DAY);
      good(await mfa.verify({ subject: user.subject, code: user.code(-1) }));
      const { events } = await mfa.audit.list({ subject: user.subject, limit: 1000 });
      const drifts = events.flatMap((event) => (event.type === "verified" && event.drift !== undefined ? [event.drift] : []));
      assert.deepEqual(new Set(drifts), new Set([0, 1, -1]));
      assert.equal(drifts.filter((drift) => drift === 1).length, 20);
    },
  },
];
