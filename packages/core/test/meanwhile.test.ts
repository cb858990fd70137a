import { describe, expect, it } from "vitest";
import { type Change, createMfa, type Mfa, type Store } from "../src/index.ts";
import { fromBase32, totp } from "../src/otp/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, DAY, good, type Kit, MINUTE, reason, required, STEP, type User } from "./support/kit.ts";

/** A store in which somebody else gets a word in before a change that is picked out, so many times. */
function interrupted(store: Store, picked: (change: Change) => boolean, by: () => Promise<unknown>, times = 1): Store {
  let left = times;
  return {
    ...store,
    async apply(change) {
      if (left > 0 && picked(change)) {
        left -= 1;
        await by();
      }
      return await store.apply(change);
    },
  };
}

/** One enrolled user, and an engine of which the user's grants are ended just before a change that is picked out. */
async function cutOff(picked: (change: Change) => boolean, times = 1): Promise<{ kit: Kit; mfa: Mfa; late: Mfa; user: User }> {
  const kit = createKit(createMfa, memoryStore());
  const mfa = await kit.mfa({ trustedDevices: { for: "30d" } });
  const user = await kit.enrolled(mfa);
  const late = await kit.mfa({
    store: interrupted(kit.store, picked, () => mfa.revoke(user.subject), times),
    trustedDevices: { for: "30d" },
  });
  return { kit, mfa, late, user };
}

const EXPIRED = { ok: false, reason: "expired" };

describe("grants are ended between a proof and the change that it was for", () => {
  it.each<[string, (change: Change) => boolean, (mfa: Mfa, user: User) => Promise<unknown>]>([
    [
      "removing",
      ({ remove }) => remove !== undefined,
      (mfa, { subject, factorId, grant }) => mfa.factors.remove(subject, factorId, { grant }),
    ],
    ["disabling", ({ removeAll }) => removeAll === true, (mfa, { subject, grant }) => mfa.disable(subject, { grant })],
    [
      "new recovery codes",
      ({ codes }) => codes !== undefined,
      (mfa, { subject, grant }) => mfa.regenerateRecoveryCodes(subject, { grant }),
    ],
  ])("R34 %s does not happen", async (_, picked, attempt) => {
    const { kit, mfa, late, user } = await cutOff(picked);
    const before = await kit.logged(mfa, user.subject);
    expect(await attempt(late, user)).toEqual(EXPIRED);
    expect((await mfa.status(user.subject)).factors.map(({ id }) => id)).toEqual([user.factorId]);
    good(await mfa.verify({ subject: user.subject, code: user.recoveryCodes[0] ?? "" }));
    expect((await kit.logged(mfa, user.subject)).slice(before.length)).toEqual(["revoked", "verified", "recovery_code_used"]);
  });

  it("R34 an authenticator is not enabled, and one is not set up", async () => {
    const { kit, mfa, late, user } = await cutOff(({ confirm, add }) => confirm !== undefined || add !== undefined, 2);
    expect(await late.factors.setup(user.subject, { proof: { grant: user.grant } })).toEqual({ ok: false, reason: "proof_needed" });
    const { grant } = good(await mfa.verify({ subject: user.subject, code: user.code() }));
    const pending = good(await mfa.factors.setup(user.subject, { proof: { grant } }));
    const { totp, fromBase32 } = await import("../src/otp/index.ts");
    const code = totp(fromBase32(pending.secret), kit.clock.now);
    expect(await late.factors.enable(user.subject, { code, factorId: pending.factorId })).toEqual(EXPIRED);
    expect((await mfa.status(user.subject)).factors).toHaveLength(1);
  });

  it("A34 a device is not trusted, and one that was revoked when its use was noted is not believed", async () => {
    const { kit, mfa, late, user } = await cutOff(({ addDevice }) => addDevice !== undefined);
    const step = required(await late.signIn(user.subject, { amr: ["pwd"] }));
    const verified = good(await late.verify({ challenge: step.challenge, code: user.code(), device: { name: "Laptop" } }));
    expect(verified).not.toHaveProperty("device");
    kit.clock.advance(30_000);
    const again = required(await mfa.signIn(user.subject, { amr: ["pwd"] }));
    const { device } = good(await mfa.verify({ challenge: again.challenge, code: user.code(), device: { name: "Laptop" } }));
    if (!device) throw new Error("No device was trusted.");
    const racing = await kit.mfa({
      store: interrupted(
        kit.store,
        ({ useDevice }) => useDevice !== undefined,
        () => mfa.devices.revoke(user.subject, device.id),
      ),
      trustedDevices: { for: "30d" },
    });
    expect(await racing.signIn(user.subject, { amr: ["pwd"], device: device.token })).toMatchObject({ required: true, enrol: false });
  });
});

describe("a removal meets another one", () => {
  /** Two authenticators, and an engine before whose charge the first of them is removed. */
  const two = async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa();
    const user = await kit.enrolled(mfa);
    const { subject, grant } = user;
    const { factorId, secret } = good(await mfa.factors.setup(subject, { proof: { grant } }));
    const code = () => totp(fromBase32(secret), kit.clock.now);
    const enabled = good(await mfa.factors.enable(subject, { code: code(), factorId }));
    kit.clock.advance(STEP);
    let isCut = true;
    const store: Store = {
      ...kit.store,
      async charge(charge) {
        if (isCut) good(await mfa.factors.remove(subject, user.factorId, { grant: enabled.grant }));
        isCut = false;
        return await kit.store.charge(charge);
      },
    };
    return { kit, mfa, late: await kit.mfa({ store }), user, factorId, code };
  };

  it("R31 the one that leaves none is told as the last, whichever was asked for first", async () => {
    const { kit, mfa, late, user, factorId, code } = await two();
    good(await late.factors.remove(user.subject, factorId, { code: code() }));
    expect((await mfa.status(user.subject)).enabled).toBe(false);
    expect(kit.events.flatMap((event) => (event.type === "factor_removed" ? [event.last] : []))).toEqual([false, true]);
  });

  it("R31 one that is gone by the time of the proof is unknown", async () => {
    const { mfa, late, user, code } = await two();
    expect(await late.factors.remove(user.subject, user.factorId, { code: code() })).toEqual({ ok: false, reason: "unknown_factor" });
    expect((await mfa.status(user.subject)).enabled).toBe(true);
  });
});

describe("an admin's act meets a change of the same user", () => {
  const acting = async (times: number) => {
    const { kit, mfa, late, user } = await cutOff(({ unlock }) => unlock === true, times);
    const admin = await kit.enrolled(mfa);
    return { mfa, user, act: () => late.admin.unlock(user.subject, { actor: admin.subject, grant: admin.grant, reason: "ticket 7" }) };
  };

  it("R22 and is tried again", async () => {
    const { act } = await acting(9);
    expect(await act()).toEqual({ ok: true });
  });

  it("R22 and is given up after ten tries, as a fault and not as done", async () => {
    const { act, mfa, user } = await acting(10);
    await expect(act()).rejects.toMatchObject({ code: "store_failed", message: expect.stringContaining("10 times") });
    expect(await mfa.audit.list({ subject: user.subject, limit: 1000 })).toMatchObject({
      events: expect.not.arrayContaining([expect.objectContaining({ type: "unlocked" })]),
    });
  });

  it("a user is erased whatever happens meanwhile, and what stood beside the factors goes too", async () => {
    const { kit, mfa, late, user } = await cutOff(({ blank }) => blank === true, 3);
    const admin = await kit.enrolled(mfa);
    good(await mfa.admin.switchOff(user.subject, { actor: admin.subject, grant: admin.grant, reason: "travelling" }));
    await late.admin.erase(user.subject);
    expect(await kit.store.read({ tenant: "", subject: user.subject.id })).toMatchObject({ factors: [], switchedOff: null });
    expect(kit.events.filter(({ type }) => type === "subject_erased")).toHaveLength(1);
    await mfa.admin.erase(kit.someone());
  });
});

describe("an import meets a change of the same user", () => {
  it("R3 and is not made: the first authenticator would bring more with it", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa();
    const subject = kit.someone();
    const late = await kit.mfa({
      store: interrupted(
        kit.store,
        ({ add }) => add !== undefined,
        () => mfa.revoke(subject),
      ),
    });
    const from = { type: "totp", secret: Buffer.alloc(20, 3), algorithm: "SHA1", digits: 6 } as const;
    expect(await late.factors.import(subject, from)).toEqual(EXPIRED);
    expect((await mfa.status(subject)).enabled).toBe(false);
    good(await late.factors.import(subject, from));
    expect(await late.factors.import(subject, from)).toEqual({ ok: false, reason: "already_enrolled" });
  });
});

describe("a challenge ends while its answer is judged", () => {
  it("A7 the answer is told so, and its code is still good", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa();
    const user = await kit.enrolled(mfa);
    let isCut = true;
    const late = await kit.mfa({
      store: {
        ...kit.store,
        async settle(settlement) {
          if (isCut) await mfa.revoke(user.subject);
          isCut = false;
          return await kit.store.settle(settlement);
        },
      },
    });
    const { challenge } = required(await late.signIn(user.subject, { amr: ["pwd"] }));
    expect(await late.verify({ challenge, code: user.code() })).toEqual(EXPIRED);
    // Its row was begun with the attempt, before the challenge ended.
    expect((await kit.logged(mfa, user.subject)).slice(-2)).toEqual(["challenge_dead", "revoked"]);
    expect(reason(await late.verify({ subject: user.subject, code: user.code() }))).toBe("ok");
  });
});

describe("time goes by between two looks", () => {
  it("R35 a date to come, which was not written here, gives no grace", async () => {
    const kit = createKit(createMfa, memoryStore());
    const options = { enrolment: { require: "always", grace: "7d" } } as const;
    const subject = kit.someone();
    kit.clock.advance(300 * DAY);
    await (await kit.mfa(options)).signIn(subject, { amr: ["pwd"] });
    kit.clock.advance(-300 * DAY);
    const mfa = await kit.mfa(options);
    expect(await mfa.signIn(subject, { amr: ["pwd"] })).toMatchObject({ required: true, enrol: true });
  });

  it("R35 the clock of another server, some minutes ahead, takes nobody's grace away", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa({ enrolment: { require: "always", grace: "7d" } });
    const subject = kit.someone();
    await mfa.signIn(subject, { amr: ["pwd"] });
    kit.clock.advance(-5 * MINUTE);
    expect(await mfa.signIn(subject, { amr: ["pwd"] })).toMatchObject({ required: false, enrolBy: new Date(kit.clock.now + 7 * DAY) });
    kit.clock.advance(-1);
    expect(await mfa.signIn(subject, { amr: ["pwd"] })).toMatchObject({ required: true, enrol: true });
  });
});
