import assert from "node:assert/strict";
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from "node:crypto";
import { type Factor, totp as totpFactor } from "../../src/index.ts";
import { type Check, good, MINUTE, reason, required } from "../support/kit.ts";

/** What the client sends: its public key when it enrols, and a signature over the challenge. */
interface Assertion {
  signature: string;
  counter: number;
  publicKey?: string;
}

/**
 * A factor that only this test knows: a key in a device signs the challenge and a counter. The key is made
 * in the device, so it is learned when the authenticator is enabled, as with a passkey.
 */
function deviceKey(): Factor {
  const signed = (challenge: string, counter: number): Buffer => Buffer.from(`${challenge}.${counter}`);
  const parsed = (text: string): Assertion | undefined => {
    try {
      const { signature, counter, publicKey } = JSON.parse(text) as Partial<Assertion>;
      if (typeof signature !== "string" || !Number.isSafeInteger(counter)) return undefined;
      return { signature, counter: counter as number, ...(typeof publicKey === "string" ? { publicKey } : {}) };
    } catch {
      return undefined;
    }
  };
  const isSigned = (key: Uint8Array, message: string, { signature, counter }: Assertion): boolean =>
    message !== "" &&
    key.length > 0 &&
    verify(
      null,
      signed(message, counter),
      createPublicKey({ key: Buffer.from(key), format: "der", type: "spki" }),
      Buffer.from(signature, "base64url"),
    );
  return Object.freeze({
    type: "device_key",
    amr: ["hwk"],
    lane: "authenticator",
    liveCodes: 0,
    longest: 2_048,
    parse: (code) => (parsed(code) ? code : undefined),
    match({ code, rows, open, challenge = "" }) {
      const assertion = parsed(code);
      if (!assertion) return undefined;
      for (const row of rows) {
        const kept = open(row);
        if (!kept) continue;
        const answer = { kind: "position", factorId: row.id, position: assertion.counter } as const;
        if (row.confirmedAt !== null) {
          if (isSigned(kept, challenge, assertion)) return answer;
          continue;
        }
        // While it is pending the key comes along, and signs the nonce that set-up made.
        const learned = Buffer.from(assertion.publicKey ?? "", "base64url");
        if (isSigned(learned, Buffer.from(kept).toString("base64url"), assertion)) return { ...answer, learned };
      }
      return undefined;
    },
    enrol() {
      const nonce = randomBytes(32);
      return { secret: nonce, algorithm: "Ed25519", digits: 0, period: 0, uri: `device-key:${nonce.toString("base64url")}` };
    },
  } satisfies Factor);
}

/** The device: signs what it is shown, and counts. */
function device(): { answer(challenge: string, counter: number, enrols?: boolean): string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const spki = (key: KeyObject): string => key.export({ format: "der", type: "spki" }).toString("base64url");
  return {
    answer: (challenge, counter, enrols = false) =>
      JSON.stringify({
        counter,
        signature: sign(null, Buffer.from(`${challenge}.${counter}`), privateKey).toString("base64url"),
        ...(enrols ? { publicKey: spki(publicKey) } : {}),
      }),
  };
}

/** The id that a challenge is known by, which the client reads from it to sign. */
const idOf = (challenge: string): string =>
  (JSON.parse(Buffer.from(challenge.split(".")[1] ?? "", "base64url").toString()) as { jti: string }).jti;

export const registryChecks: Check[] = [
  {
    title: "R31 a factor that the engine has never heard of enrols, signs in, steps up, counts and is removed like any other",
    async run(kit) {
      const mfa = await kit.mfa({ factors: [totpFactor(), deviceKey()] });
      const subject = kit.someone();
      const mine = device();
      const setup = good(await mfa.factors.setup(subject, { type: "device_key", name: "Key ring" }));
      const nonce = setup.uri.replace("device-key:", "");
      assert.equal(reason(await mfa.factors.enable(subject, { code: device().answer(nonce, 1) })), "invalid");
      const enabled = good(await mfa.factors.enable(subject, { code: mine.answer(nonce, 1, true) }));
      assert.deepEqual([enabled.method, enabled.amr], ["device_key", ["hwk", "mfa"]]);

      const step = required(await mfa.signIn(subject, { amr: ["pwd"] }));
      assert.deepEqual(step.methods, ["device_key", "recovery_code"]);
      const id = idOf(step.challenge);
      assert.equal(reason(await mfa.verify({ challenge: step.challenge, code: device().answer(id, 2) })), "invalid");
      assert.equal(reason(await mfa.verify({ challenge: step.challenge, code: mine.answer("another", 2) })), "invalid");
      const verified = good(await mfa.verify({ challenge: step.challenge, code: mine.answer(id, 2), session: "s" }));
      assert.deepEqual(verified.amr, ["pwd", "hwk", "mfa"]);

      // The counter that was signed before is a replay, on another challenge too.
      const again = required(await mfa.signIn(subject, { amr: ["pwd"] }));
      assert.equal(reason(await mfa.verify({ challenge: again.challenge, code: mine.answer(idOf(again.challenge), 2) })), "replayed");
      const demand = { purpose: "payment", bind: ["42"] };
      const stepUp = await mfa.challenge(subject, demand);
      const { grant } = good(await mfa.verify({ challenge: stepUp.challenge, subject, code: mine.answer(idOf(stepUp.challenge), 3) }));
      assert.equal((await mfa.verifyGrant(grant, subject, { ...demand, methods: ["device_key"] })).ok, true);
      const proof = await mfa.challenge(subject);
      good(await mfa.disable(subject, { code: mine.answer(idOf(proof.challenge), 4), challenge: proof.challenge }));
      assert.equal((await mfa.status(subject)).enabled, false);
    },
  },
  {
    title: "R20 guesses at a factor of the host's own count in its lane, and lock it together with all others there",
    async run(kit) {
      const mfa = await kit.mfa({ factors: [totpFactor(), deviceKey()] });
      const user = await kit.enrolled(mfa);
      const forged = device();
      for (let n = 0; n < 5; n += 1) {
        const { challenge } = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
        assert.equal(reason(await mfa.verify({ challenge, code: forged.answer(idOf(challenge), n) })), "invalid");
      }
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "locked");
      kit.clock.advance(16 * MINUTE);
      good(await mfa.verify({ subject: user.subject, code: user.code() }));
    },
  },
  {
    title: "A40 a factor's own length bounds its input, and one that takes more than 4096 characters stops the start",
    async run(kit) {
      const mfa = await kit.mfa({ factors: [totpFactor(), deviceKey()] });
      const { subject } = await kit.enrolled(mfa);
      const padded = JSON.stringify({ signature: "x".repeat(3_000), counter: 1 });
      assert.equal(reason(await mfa.verify({ subject, code: padded })), "invalid");
      assert.equal((await kit.store.read({ tenant: "", subject: subject.id })).lanes.authenticator.tally, 0);
      const faulty: Partial<Record<keyof Factor, unknown>>[] = [
        { longest: 4_097 },
        { lane: "none" },
        { liveCodes: 8 },
        { liveCodes: Number.NaN },
        { type: "" },
        { type: "TOTP" },
        { type: "a b" },
        { weaker: true, delivery: { lifetime: 601, every: 30 } },
        { delivery: { lifetime: 60, every: 30 } },
        { weaker: true, delivery: { lifetime: 60, every: 0 } },
      ];
      for (const fault of faulty) {
        await assert.rejects(
          kit.mfa({ factors: [{ ...deviceKey(), ...fault } as Factor] }),
          { code: "config_invalid" },
          JSON.stringify(fault),
        );
      }
      await assert.rejects(kit.mfa({ factors: [totpFactor(), totpFactor()] }), { code: "config_invalid" });
    },
  },
  {
    title: "A25 a factor whose parse throws closes no other's way",
    async run(kit) {
      const reader: Factor = { ...deviceKey(), parse: (code) => JSON.parse(code) as string };
      const mfa = await kit.mfa({ factors: [totpFactor(), reader] });
      const user = await kit.enrolled(mfa);
      good(await mfa.verify({ subject: user.subject, code: user.recoveryCodes[0] ?? "" }));
      good(await mfa.verify({ subject: user.subject, code: user.code() }));
    },
  },
  {
    title: "R37 what a factor learns when it is enabled is sealed like any secret, bound to its row",
    async run(kit) {
      const mfa = await kit.mfa({ factors: [deviceKey()] });
      const subject = kit.someone();
      const mine = device();
      const setup = good(await mfa.factors.setup(subject));
      const answer = mine.answer(setup.uri.replace("device-key:", ""), 1, true);
      good(await mfa.factors.enable(subject, { code: answer }));
      const [row] = (await kit.store.read({ tenant: "", subject: subject.id })).factors;
      const { publicKey = "" } = JSON.parse(answer) as Assertion;
      assert.match(row?.secret ?? "", /^v1\./);
      assert.ok(!JSON.stringify(row).includes(publicKey));
      assert.ok(!JSON.stringify(row).includes(createHmac("sha256", "").update(publicKey).digest("base64url")));
    },
  },
];
