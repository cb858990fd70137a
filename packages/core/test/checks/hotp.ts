import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { hotp as hotpFactor, type Mfa, type Subject, totp as totpFactor } from "../../src/index.ts";
import { fromBase32, hotp } from "../../src/otp/index.ts";
import { type Check, DAY, good, type Kit, reason, together } from "../support/kit.ts";

/** A subject with an enabled HOTP token; the code of counter 0 enabled it. */
interface Token {
  subject: Subject;
  factorId: string;
  code(counter: number): string;
}

const withTokens = (kit: Kit, options = {}): Promise<Mfa> => kit.mfa({ factors: [totpFactor(), hotpFactor(options)] });

async function token(kit: Kit, mfa: Mfa, subject: Subject = kit.someone()): Promise<Token> {
  const { factorId, secret } = good(await mfa.factors.setup(subject, { type: "hotp" }));
  const code = (counter: number) => hotp(fromBase32(secret), counter);
  good(await mfa.factors.enable(subject, { code: code(0) }));
  return { subject, factorId, code };
}

const positionOf = async (kit: Kit, { subject, factorId }: Token): Promise<number | undefined> =>
  (await kit.store.read({ tenant: "", subject: subject.id })).factors.find(({ id }) => id === factorId)?.position;

export const hotpChecks: Check[] = [
  {
    title: "R13 a right code moves the counter behind it, and a wrong one never moves it",
    async run(kit) {
      const mfa = await withTokens(kit);
      const mine = await token(kit, mfa);
      const { subject, factorId, code } = mine;
      assert.equal(await positionOf(kit, mine), 0);
      good(await mfa.verify({ subject, factorId, code: code(3) }));
      assert.equal(await positionOf(kit, mine), 3);
      for (const wrong of [code(0), code(2), code(3), code(10), code(500)]) {
        assert.notEqual(reason(await mfa.verify({ subject, factorId, code: wrong })), "ok");
        assert.equal(await positionOf(kit, mine), 3);
        kit.clock.advance(2 * DAY);
      }
      good(await mfa.verify({ subject, factorId, code: code(4) }));
      assert.equal(await positionOf(kit, mine), 4);
    },
  },
  {
    title: "R14 the look-ahead is exact at its end, and the host's to set within its bounds",
    async run(kit) {
      for (const lookAhead of [0, 5, 6]) {
        const mfa = await withTokens(kit, { lookAhead });
        const { subject, factorId, code } = await token(kit, mfa);
        assert.equal(reason(await mfa.verify({ subject, factorId, code: code(1 + lookAhead + 1) })), "invalid");
        good(await mfa.verify({ subject, factorId, code: code(1 + lookAhead) }));
      }
      for (const lookAhead of [-1, 7, 1.5, Number.NaN]) assert.throws(() => hotpFactor({ lookAhead }), { code: "config_invalid" });
    },
  },
  {
    title: "R15 beyond the look-ahead two codes in a row bring a token back: forwards, within the window, as one attempt",
    async run(kit) {
      const mfa = await withTokens(kit, { resyncWindow: 50 });
      const mine = await token(kit, mfa);
      const { subject, factorId, code } = mine;
      const tries: [string, string][] = [
        [code(40), code(42)],
        [code(41), code(40)],
        [code(40), code(40)],
        [code(60), code(61)],
      ];
      for (const pair of tries) assert.equal(reason(await mfa.factors.resync(subject, factorId, pair)), "invalid");
      // The fifth failure would lock: so each pair counted once.
      good(await mfa.factors.resync(subject, factorId, [code(40), code(41)]));
      assert.equal(await positionOf(kit, mine), 41);
      for (const pair of [
        [code(40), code(41)],
        [code(1), code(2)],
        [code(41), code(42)],
      ] as const) {
        assert.equal(reason(await mfa.factors.resync(subject, factorId, pair)), "invalid");
        assert.equal(await positionOf(kit, mine), 41);
      }
      good(await mfa.verify({ subject, factorId, code: code(42) }));
    },
  },
  {
    title: "R15 R20 resynchronising is throttled like any code: its failures lock, and a lock closes it",
    async run(kit) {
      const mfa = await withTokens(kit);
      const { subject, factorId, code } = await token(kit, mfa);
      for (let n = 0; n < 5; n += 1) {
        assert.equal(reason(await mfa.factors.resync(subject, factorId, [code(20), code(22)])), "invalid");
      }
      assert.equal(reason(await mfa.factors.resync(subject, factorId, [code(20), code(21)])), "locked");
      assert.equal(reason(await mfa.verify({ subject, factorId, code: code(1) })), "locked");
    },
  },
  {
    title: "R15 a missing, malformed or odd second code resynchronises nothing, and the first is not taken alone",
    async run(kit) {
      const mfa = await withTokens(kit);
      const mine = await token(kit, mfa);
      const { subject, factorId, code } = mine;
      const seconds: unknown[] = [undefined, null, "", "abc", code(2).slice(1), [code(2)], 123456, {}];
      for (const second of seconds) {
        const result = await mfa.factors.resync(subject, factorId, [code(1), second as string]);
        assert.equal(reason(result), "invalid", String(second));
        assert.equal(await positionOf(kit, mine), 0);
      }
      const timeBased = await kit.enrolled(mfa);
      assert.equal(
        reason(await mfa.factors.resync(timeBased.subject, timeBased.factorId, [timeBased.code(), timeBased.code(1)])),
        "invalid",
      );
      assert.equal(reason(await mfa.factors.resync(subject, "somebody-else's", [code(1), code(2)])), "invalid");
      good(await mfa.verify({ subject, factorId, code: code(1) }));
    },
  },
  {
    title: "A49 guessed pairs move no counter, however many",
    async run(kit) {
      const mfa = await withTokens(kit);
      const mine = await token(kit, mfa);
      const known = new Set(Array.from({ length: 110 }, (_, counter) => mine.code(counter)));
      const guess = (): string => {
        for (;;) {
          const text = String(randomInt(1_000_000)).padStart(6, "0");
          if (!known.has(text)) return text;
        }
      };
      for (let n = 0; n < 10 * kit.rounds; n += 1) {
        const result = await mfa.factors.resync(mine.subject, mine.factorId, [guess(), guess()]);
        assert.ok(["invalid", "locked"].includes(reason(result)));
        if (n % 10 === 0) kit.clock.advance(DAY);
      }
      assert.equal(await positionOf(kit, mine), 0);
    },
  },
  {
    title: "R13 a token answers only to its name, so that its look-ahead adds no code to those that are live otherwise",
    async run(kit) {
      const mfa = await withTokens(kit);
      const user = await kit.enrolled(mfa);
      const { subject } = user;
      const setup = good(await mfa.factors.setup(subject, { type: "hotp", proof: { code: user.code() } }));
      const code = (counter: number) => hotp(fromBase32(setup.secret), counter);
      good(await mfa.factors.enable(subject, { code: code(0), factorId: setup.factorId }));
      assert.equal(reason(await mfa.verify({ subject, code: code(1) })), "invalid");
      // Named, it is the only one that answers.
      assert.equal(reason(await mfa.verify({ subject, factorId: setup.factorId, code: user.code(1) })), "invalid");
      good(await mfa.verify({ subject, factorId: setup.factorId, code: code(1) }));
      good(await mfa.verify({ subject, factorId: user.factorId, code: user.code(1) }));
      good(await mfa.disable(subject, { code: code(2), factorId: setup.factorId }));
    },
  },
  {
    title: "R10 A5 of 50 submissions of one HOTP code, or of one pair, exactly one succeeds",
    async run(kit) {
      const mfa = await withTokens(kit);
      const { subject, factorId, code } = await token(kit, mfa);
      const wins = (results: { ok: boolean }[]): number => results.filter(({ ok }) => ok).length;
      assert.equal(wins(await together(50, () => mfa.verify({ subject, factorId, code: code(1) }))), 1);
      kit.clock.advance(30 * DAY);
      assert.equal(wins(await together(50, () => mfa.factors.resync(subject, factorId, [code(20), code(21)]))), 1);
    },
  },
  {
    title: "R13 SHA256 and SHA512 tokens of 7 and 8 digits keep the settings they were enrolled with",
    async run(kit) {
      for (const [algorithm, digits] of [
        ["SHA256", 7],
        ["SHA512", 8],
      ] as const) {
        const mfa = await withTokens(kit, { algorithm, digits });
        const subject = kit.someone();
        const { factorId, secret, uri } = good(await mfa.factors.setup(subject, { type: "hotp" }));
        assert.match(uri, /^otpauth:\/\/hotp\/.*counter=0/);
        const code = (counter: number) => hotp(fromBase32(secret), counter, { algorithm, digits });
        good(await mfa.factors.enable(subject, { code: code(0) }));
        const plain = await withTokens(kit);
        good(await plain.verify({ subject, factorId, code: code(1) }));
      }
    },
  },
];
