import assert from "node:assert/strict";
import type { Claim, Factor, Store } from "../../src/index.ts";
import { totp as totpFactor } from "../../src/index.ts";
import { type Check, good, reason, together } from "../support/kit.ts";

/** A store that counts how often a verb was called. */
const counting = (store: Store): { store: Store; calls: () => number } => {
  let calls = 0;
  const counted = Object.entries(store).map(([verb, run]) => [
    verb,
    (...args: unknown[]) => {
      calls += 1;
      return (run as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return { store: Object.fromEntries(counted) as Store, calls: () => calls };
};

/** What a program in plain JavaScript may pass for a code. */
const NO_CODES: unknown[] = [
  ...[undefined, null, true, 123456, 123456n, NaN, [], ["123456"], [123456], {}, { $ne: "" }, { length: 6 }, new String("123456")],
  ...[
    "",
    " ",
    "12345",
    "123456789",
    "12345a",
    "+12345",
    "-12345a",
    "1e5",
    "0x1234",
    "12.456",
    "123 456 7890",
    "１２３４５６",
    "١٢٣٤٥٦",
    "१२३४५६",
    "𝟏𝟐𝟑𝟒𝟓𝟔",
  ],
  ...[
    "123456\n",
    "\t123456",
    "123456\u0000",
    "123\u200b456",
    "123\u00a0456",
    "123–456",
    "%",
    "*",
    ".*",
    "123456'--",
    "x".repeat(65),
    "1".repeat(1_000_000),
  ],
];

export const inputChecks: Check[] = [
  {
    title: "A38 A39 A40 what is no code is refused before the store is called, and is not counted",
    async run(kit) {
      const { store, calls } = counting(kit.store);
      const mfa = await kit.mfa({ store });
      const user = await kit.enrolled(mfa);
      const before = calls();
      for (const code of NO_CODES as string[]) {
        const { subject } = user;
        for (const result of [
          await mfa.verify({ subject, code }),
          await mfa.factors.enable(subject, { code }),
          await mfa.disable(subject, { code }),
          await mfa.regenerateRecoveryCodes(subject, { code }),
        ]) {
          assert.deepEqual(result, { ok: false, reason: "invalid" }, `${typeof code} ${String(code).slice(0, 20)}`);
        }
      }
      assert.equal(calls(), before);
    },
  },
  {
    title: "A38 spaces and hyphens in a code are no matter",
    async run(kit) {
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      const code = user.code();
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: ` ${code.slice(0, 3)}-${code.slice(3)} ` })), "ok");
    },
  },
  {
    title:
      "A25 a factor that answers with nothing, throws, or with anything truthy that is no claim of what it was shown: denied, and recorded",
    async run(kit) {
      const honest = await kit.mfa();
      const [user, other] = [await kit.enrolled(honest), await kit.enrolled(honest)];
      const answers: (() => unknown)[] = [
        ...[
          () => undefined,
          () => true,
          () => 1,
          () => "ok",
          () => ({}),
          () => [],
          () => ({ ok: true }),
          () => Promise.resolve({ kind: "position" }),
          () => Promise.resolve(true),
          () => Promise.reject(new Error("the verifier broke later")),
        ],
        () => {
          throw new Error("the verifier broke");
        },
        () => ({ kind: "position", factorId: other.factorId, position: 9 }),
        () => ({ kind: "position", factorId: user.factorId }),
        () => ({ kind: "position", factorId: user.factorId, position: "99999999999" }),
        () => ({ kind: "position", factorId: user.factorId, position: Number.POSITIVE_INFINITY }),
        () => ({ kind: "position", factorId: user.factorId, position: -1 }),
        () => ({ kind: "code", hash: "x" }),
      ];
      for (const answer of answers) {
        const factor: Factor = { ...totpFactor(), match: answer as () => Claim | undefined };
        const mfa = await kit.mfa({ factors: [factor], lockout: { failures: 10 } });
        const subject = kit.someone();
        const result = await mfa.verify({ subject: user.subject, code: "123456" });
        assert.equal(reason(result), "invalid", String(answer));
        good(await mfa.factors.setup(subject));
        assert.equal(reason(await mfa.factors.enable(subject, { code: "123456" })), "invalid");
        kit.clock.advance(86_400_000);
      }
      assert.ok((await kit.logged(honest, user.subject)).includes("factor_faulty"));
    },
  },
  {
    title: "A25 A13 a store whose settle answers anything but its three words never lets a code pass",
    async run(kit) {
      const honest = await kit.mfa();
      const user = await kit.enrolled(honest);
      for (const answer of [undefined, null, true, "ok", "WON", 1, {}, { outcome: "won" }]) {
        const mfa = await kit.mfa({ store: { ...kit.store, settle: async () => answer as never }, lockout: { failures: 10 } });
        assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "invalid");
      }
    },
  },
  {
    title: "A25 A13 A52 a store whose answers lack a field, or have one of another type, denies with a StoreError",
    async run(kit) {
      const honest = await kit.mfa();
      const user = await kit.enrolled(honest);
      const { subject, grant } = user;
      type Answer = Record<string, unknown>;
      type Lie = readonly [verb: "read" | "charge" | "apply", lie: (answer: Answer) => unknown];
      const without = (field: string) => (answer: Answer) => ({ ...answer, [field]: undefined });
      const as = (field: string, value: unknown) => (answer: Answer) => ({ ...answer, [field]: value });
      const lies: Lie[] = [
        ...["epoch", "factors", "codes", "devices", "lanes", "requiredSince", "switchedOff"].map(
          (field) => ["read", without(field)] as const,
        ),
        ["read", () => ({})],
        ["read", () => undefined],
        ["read", as("requiredSince", "1798761600000")],
        ["read", as("switchedOff", true)],
        ["read", as("epoch", "0")],
        ...["admitted", "seen", "tally", "lockedUntil", "refusals", "record"].map((field) => ["charge", without(field)] as const),
        ["charge", as("admitted", "true")],
        ["charge", as("seen", {})],
        ["charge", () => null],
        ["apply", as("applied", "false")],
        ["apply", without("epoch")],
      ];
      for (const [verb, lie] of lies) {
        const honestVerb = kit.store[verb] as (...args: unknown[]) => Promise<Answer>;
        let isLying = false;
        const twisted = async (...args: unknown[]) => (isLying ? lie(await honestVerb(...args)) : await honestVerb(...args));
        const mfa = await kit.mfa({ store: { ...kit.store, [verb]: twisted } as Store, lockout: { failures: 10 } });
        isLying = true;
        const acts = {
          read: () => mfa.signIn(subject, { amr: ["pwd"], enrolled: true }),
          charge: () => mfa.verify({ subject, code: user.code() }),
          apply: () => mfa.factors.rename(subject, user.factorId, "Phone"),
        };
        await assert.rejects(acts[verb](), { code: "store_failed" }, `${verb} ${lie}`);
        if (verb === "read") await assert.rejects(mfa.verifyGrant(grant, subject, { maxAge: "15m" }), { code: "store_failed" });
        kit.clock.advance(30_000);
      }
    },
  },
  {
    title: "R40 A13 a store that throws in any verb, at any call, denies with a StoreError, and nothing is lost",
    async run(kit) {
      const honest = await kit.mfa();
      const verbs = ["read", "charge", "settle", "apply", "spend"] as const;
      for (const verb of verbs) {
        const user = await kit.enrolled(honest);
        let isDown = false;
        const honestVerb = kit.store[verb] as (...args: unknown[]) => Promise<unknown>;
        const fails = (...args: unknown[]) => (isDown ? Promise.reject(new Error("connection reset")) : honestVerb(...args));
        const mfa = await kit.mfa({ store: { ...kit.store, [verb]: fails } as Store });
        isDown = true;
        const { subject, grant } = user;
        const acts: Partial<Record<(typeof verbs)[number], () => Promise<unknown>>> = {
          read: () => mfa.signIn(subject, { amr: ["pwd"] }),
          charge: () => mfa.verify({ subject, code: user.code() }),
          settle: () => mfa.verify({ subject, code: user.code() }),
          apply: () => mfa.disable(subject, { grant }),
          spend: () => mfa.verifyGrant(grant, subject, { once: true }),
        };
        await assert.rejects(acts[verb] ?? (() => Promise.resolve()), {
          name: "StoreError",
          code: "store_failed",
          message: new RegExp(`failed in ${verb}\\(\\): connection reset`),
        });
        if (verb === "read") await assert.rejects(mfa.verifyGrant(grant, subject), { code: "store_failed" });
        assert.equal((await honest.status(subject)).enabled, true);
        assert.equal(reason(await honest.verify({ subject, code: user.code() })), "ok", `after ${verb}`);
      }
    },
  },
  {
    title: "R40 a settlement that was carried out although its answer never came leaves the code spent, and the next one works",
    async run(kit) {
      const honest = await kit.mfa();
      const user = await kit.enrolled(honest);
      const mfa = await kit.mfa({
        store: {
          ...kit.store,
          async settle(settlement) {
            await kit.store.settle(settlement);
            throw new Error("time-out after commit");
          },
        },
      });
      await assert.rejects(mfa.verify({ subject: user.subject, code: user.code() }), { code: "store_failed" });
      assert.equal(reason(await honest.verify({ subject: user.subject, code: user.code() })), "replayed");
      assert.equal(reason(await honest.verify({ subject: user.subject, code: user.code(1) })), "ok");
    },
  },
  {
    title: "a listener that throws, or never ends, is not in the way",
    async run(kit) {
      const mfa = await kit.mfa({ onEvent: () => Promise.reject(new Error("mail server down")) });
      const user = await kit.enrolled(mfa);
      assert.equal(reason(await mfa.verify({ subject: user.subject, code: user.code() })), "ok");
      const stuck = await kit.mfa({ onEvent: () => new Promise(() => {}) });
      assert.equal(reason(await stuck.verify({ subject: user.subject, code: user.code(1) })), "ok");
    },
  },
  {
    title: "engines that start at once on one store agree on its data keys",
    async run(kit) {
      const engines = await together(8, () => kit.mfa());
      const user = await kit.enrolled(engines[0] ?? (await kit.mfa()));
      for (const mfa of engines) assert.equal((await mfa.verifyGrant(user.grant, user.subject)).ok, true);
    },
  },
];
