import assert from "node:assert/strict";
import { type Check, good, reason, required, succeeded, together } from "../support/kit.ts";

const first = (codes: string[]): string => codes[0] ?? "";

export const recoveryChecks: Check[] = [
  {
    title: "R24 a recovery code has 80 random bits: 16 symbols of 32, every symbol in use, none twice in 2,000",
    async run(kit) {
      const mfa = await kit.mfa({ recoveryCodes: { count: 20 } });
      const user = await kit.enrolled(mfa);
      const codes = [...user.recoveryCodes];
      let { grant } = user;
      while (codes.length < 2000) {
        const fresh = good(await mfa.regenerateRecoveryCodes(user.subject, { grant }));
        codes.push(...(fresh.recoveryCodes ?? []));
        ({ grant } = fresh);
      }
      assert.equal(new Set(codes).size, codes.length);
      for (const code of codes) assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
      const counts = Map.groupBy(codes.join("").replaceAll("-", ""), (symbol) => symbol);
      assert.equal(counts.size, 32);
      // 32,000 symbols: 1,000 of each, give or take six standard deviations.
      for (const [symbol, { length }] of counts) assert.ok(Math.abs(length - 1000) < 190, `${symbol}: ${length}`);
    },
  },
  {
    title: "R25 recovery codes are kept as keyed hashes: no code, and no unkeyed hash of one, is in what the store holds",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { codes } = await kit.store.read({ tenant: "", subject: user.subject.id });
      const recoveryHashes = codes.map(({ hash }) => hash);
      assert.equal(recoveryHashes.length, 10);
      for (const hash of recoveryHashes) assert.match(hash, /^[A-Za-z0-9_-]{43}$/);
      const { createHash } = await import("node:crypto");
      for (const code of user.recoveryCodes) {
        for (const text of [code, code.replaceAll("-", "")]) {
          assert.ok(!recoveryHashes.includes(text));
          assert.ok(!recoveryHashes.includes(createHash("sha256").update(text).digest("base64url")));
        }
      }
    },
  },
  {
    title: "R26 A8 a recovery code works once; its use is an event that says how many are left",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const code = first(user.recoveryCodes);
      assert.equal(good(await mfa.verify({ subject: user.subject, code })).recoveryCodesLeft, 9);
      assert.equal(reason(await mfa.verify({ subject: user.subject, code })), "replayed");
      const used = kit.events.filter(({ type }) => type === "recovery_code_used");
      assert.deepEqual(
        used.map((event) => event.type === "recovery_code_used" && event.left),
        [9],
      );
      assert.equal((await mfa.status(user.subject)).recoveryCodesLeft, 9);
    },
  },
  {
    title: "R27 regenerating voids the old set at once, and is an event",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { recoveryCodes = [] } = good(await mfa.regenerateRecoveryCodes(user.subject, { code: user.code() }));
      for (const code of user.recoveryCodes.slice(0, 3)) assert.equal(reason(await mfa.verify({ subject: user.subject, code })), "invalid");
      assert.equal(good(await mfa.verify({ subject: user.subject, code: first(recoveryCodes) })).recoveryCodesLeft, 9);
      assert.ok(kit.events.some(({ type }) => type === "recovery_codes_replaced"));
    },
  },
  {
    title: "R27 of two regenerations at once with one grant one happens, and the set it showed is the one that works",
    async run(kit) {
      const mfa = await kit.mfa();
      for (let round = 0; round < Math.min(kit.rounds, 20); round += 1) {
        const user = await kit.enrolled(mfa);
        const results = await together(4, () => mfa.regenerateRecoveryCodes(user.subject, { grant: user.grant }));
        const [winner, ...others] = succeeded(results);
        assert.equal(others.length, 0);
        assert.equal(reason(await mfa.verify({ subject: user.subject, code: first(winner?.recoveryCodes ?? []) })), "ok");
        assert.equal((await mfa.status(user.subject)).recoveryCodesLeft, 9);
      }
    },
  },
  {
    title: "A6 of 50 uses of one recovery code at once one succeeds; of different ones none is lost and none restored",
    async run(kit) {
      const mfa = await kit.mfa();
      for (let round = 0; round < kit.rounds; round += 1) {
        const user = await kit.enrolled(mfa);
        const same = await together(50, () => mfa.verify({ subject: user.subject, code: first(user.recoveryCodes) }));
        assert.equal(succeeded(same).length, 1, `round ${round}`);
        const { lanes } = await kit.store.read({ tenant: "", subject: user.subject.id });
        const room = 4 - (lanes.recovery.attempts - lanes.recovery.forgiven);
        const different = user.recoveryCodes.slice(1, 1 + room);
        const results = await Promise.all(different.map((code) => mfa.verify({ subject: user.subject, code })));
        assert.equal(succeeded(results).length, different.length);
        assert.equal((await mfa.status(user.subject)).recoveryCodesLeft, 9 - different.length);
      }
    },
  },
  {
    title:
      "A41 a recovery code as number, wildcard or blank is refused and not counted; lower case, spacing and look-alikes are the same code, and work once",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      for (const code of ["", "%", "*", "%%%%-%%%%-%%%%-%%%%", "_".repeat(16), "................"]) {
        assert.deepEqual(await mfa.verify({ subject: user.subject, code }), { ok: false, reason: "invalid" });
      }
      const [one = "", two = "", three = ""] = user.recoveryCodes;
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: one.toLowerCase().replaceAll("-", " ") })), "ok");
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: one })), "replayed");
      const lookAlike = two.replaceAll("0", "o").replaceAll("1", "l");
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: lookAlike })), "ok");
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: ` ${three.replaceAll("-", "")} ` })), "ok");
      assert.equal((await mfa.status(user.subject)).recoveryCodesLeft, 7);
    },
  },
  {
    title: "R26 a recovery code completes a sign-in, and says so in amr",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const { challenge, methods } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
      assert.deepEqual(methods, ["totp", "recovery_code"]);
      const verified = good(await mfa.verify({ challenge, code: first(user.recoveryCodes) }));
      assert.deepEqual(verified.amr, ["pwd", "recovery_code", "mfa"]);
    },
  },
];
