import { describe, expect, it } from "vitest";
import { type Change, createMfa, type Delivery, email, type MfaOptions, type OneTimeId, sms, totp as totpFactor } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, DAY, good, MINUTE, required, SECOND } from "./support/kit.ts";

const PASSWORD = { amr: ["pwd"] };

async function mailbox(options: Partial<MfaOptions> = {}) {
  const sent: Delivery[] = [];
  const deliver = async (delivery: Delivery) => {
    sent.push(delivery);
    return { to: "a•••" };
  };
  const kit = createKit(createMfa, memoryStore());
  const changes: Change[] = [];
  const spent: OneTimeId[] = [];
  const store = {
    ...kit.store,
    apply(change: Change) {
      changes.push(change);
      return kit.store.apply(change);
    },
    spend(id: OneTimeId, now: number) {
      spent.push(id);
      return kit.store.spend(id, now);
    },
  };
  const factors = [totpFactor(), email(deliver, { every: "40s", lifetime: "2m", daily: 2 }), sms(deliver)];
  const mfa = await kit.mfa({ store, factors, ...options });
  const user = await kit.enrolled(mfa);
  return { kit, mfa, user, subject: user.subject, sent, changes, spent, factors, code: () => sent.at(-1)?.code ?? "" };
}

describe("a code that is asked for", () => {
  it("R28 lives as long as its factor says, and never longer than its challenge", async () => {
    const { kit, mfa, subject } = await mailbox();
    const { challenge, expiresAt } = await mfa.challenge(subject);
    expect(good(await mfa.deliver(challenge, "email")).expiresAt.getTime()).toBe(kit.clock.now + 2 * MINUTE);
    kit.clock.advance(4 * MINUTE);
    expect(good(await mfa.deliver(challenge, "sms")).expiresAt).toEqual(expiresAt);
  });

  it("A15 comes after a pause, and so many times a day, counted for each factor and until the day (UTC) is over", async () => {
    const { kit, mfa, subject, changes, spent, code } = await mailbox();
    kit.clock.now = Math.floor(kit.clock.now / DAY) * DAY + DAY - 10 * MINUTE;
    const { challenge } = await mfa.challenge(subject);
    changes.length = 0;
    good(await mfa.deliver(challenge, "email"));
    expect(changes[0]?.codes).toMatchObject({ type: "email", notSince: kit.clock.now - 40 * SECOND });
    expect(spent).toStrictEqual([
      { id: spent[0]?.id, expiresAt: kit.clock.now + 40 * SECOND },
      { id: spent[1]?.id, expiresAt: kit.clock.now + 10 * MINUTE },
    ]);
    kit.clock.advance(15 * SECOND);
    expect(await mfa.deliver(challenge, "email")).toStrictEqual({ ok: false, reason: "too_soon", retryAfter: 25 });
    kit.clock.advance(25 * SECOND - 1);
    expect(await mfa.deliver(challenge, "email")).toStrictEqual({ ok: false, reason: "too_soon", retryAfter: 1 });
    kit.clock.advance(1);
    good(await mfa.deliver(challenge, "email"));
    kit.clock.advance(40 * SECOND);
    const lastCode = code();
    expect(await mfa.deliver(challenge, "email")).toStrictEqual({ ok: false, reason: "too_soon", retryAfter: 600 - 80 });
    const days = spent.filter(({ expiresAt }) => expiresAt % DAY === 0);
    expect(new Set(days.map(({ id }) => id)).size).toBe(2);
    // What was not sent is not in the log, and the code that was is still in force.
    expect(kit.events.filter(({ type }) => type === "code_delivered")).toHaveLength(2);
    good(await mfa.verify({ subject, challenge, code: lastCode }));
    good(await mfa.deliver((await mfa.challenge(subject)).challenge, "sms"));
    expect(kit.events.filter(({ type }) => type === "delivery_limit_reached")).toMatchObject([{ method: "email", subject: subject.id }]);
    kit.clock.advance(10 * MINUTE - 80 * SECOND);
    const { challenge: tomorrow } = await mfa.challenge(subject);
    good(await mfa.deliver(tomorrow, "email"));
  });

  it("A15 costs a single write once the day's are gone, however often it is asked for in one pause", async () => {
    const { kit, mfa, subject, spent } = await mailbox();
    kit.clock.now = Math.floor(kit.clock.now / DAY) * DAY + DAY / 2;
    for (let n = 0; n < 2; n += 1) {
      good(await mfa.deliver((await mfa.challenge(subject)).challenge, "email"));
      kit.clock.advance(40 * SECOND);
    }
    const { challenge } = await mfa.challenge(subject);
    expect(await mfa.deliver(challenge, "email")).toMatchObject({ reason: "too_soon", retryAfter: 12 * 3_600 - 80 });
    spent.length = 0;
    const endsIn = 40 - ((kit.clock.now / SECOND) % 40);
    for (let n = 0; n < 5; n += 1) {
      expect(await mfa.deliver(challenge, "email")).toStrictEqual({ ok: false, reason: "too_soon", retryAfter: endsIn });
    }
    expect([spent.length, new Set(spent.map(({ id }) => id)).size]).toEqual([5, 1]);
  });

  it("is not sent for what is no challenge, for a dead one, or for a method that can't answer it", async () => {
    const { kit, mfa, subject, sent } = await mailbox();
    const { challenge } = await mfa.challenge(subject, { methods: ["totp", "sms"] });
    for (const token of ["", "a.b.c", undefined as never]) {
      expect(await mfa.deliver(token, "email")).toStrictEqual({ ok: false, reason: "expired" });
    }
    for (const by of ["email", "totp", "recovery_code", "fax"]) {
      expect(await mfa.deliver(challenge, by)).toStrictEqual({ ok: false, reason: "unsupported" });
    }
    const { challenge: ofNobody } = await mfa.challenge(kit.someone());
    expect(await mfa.deliver(ofNobody, "email")).toStrictEqual({ ok: false, reason: "unsupported" });
    await mfa.revoke(subject);
    expect(await mfa.deliver(challenge, "sms")).toStrictEqual({ ok: false, reason: "expired" });
    expect(sent).toEqual([]);
  });

  it("A19 R22 is not sent under a lock, and is again at its very end, for a challenge from then", async () => {
    const { kit, mfa, user, subject } = await mailbox({ lockout: { lock: "1m" } });
    const { challenge: before } = await mfa.challenge(subject);
    for (let n = 0; n < 5; n += 1) await mfa.verify({ subject, code: user.wrong() });
    expect(await mfa.deliver(before, "email")).toStrictEqual({ ok: false, reason: "locked", retryAfter: 60 });
    kit.clock.advance(MINUTE - 1);
    expect(await mfa.deliver(before, "email")).toStrictEqual({ ok: false, reason: "locked", retryAfter: 1 });
    kit.clock.advance(1);
    expect(await mfa.deliver(before, "email")).toStrictEqual({ ok: false, reason: "expired" });
    good(await mfa.deliver((await mfa.challenge(subject)).challenge, "email"));
  });

  it("R21 is not sent where it would be one live code too many", async () => {
    const { kit, mfa, subject, factors } = await mailbox();
    // Two live codes of delivery, and three or five of an authenticator.
    const wide = await kit.mfa({ factors: [totpFactor({ window: 2 }), ...factors.slice(1)] });
    good(await wide.deliver((await wide.challenge(subject)).challenge, "email"));
    kit.clock.advance(MINUTE);
    const from = { type: "totp", secret: Buffer.alloc(20, 4), algorithm: "SHA1", digits: 6 } as const;
    expect(await mfa.factors.import(subject, from)).toStrictEqual({ ok: false, reason: "factor_limit" });
    good(await (await kit.mfa()).factors.import(subject, from));
    expect(await mfa.deliver((await mfa.challenge(subject)).challenge, "email")).toStrictEqual({ ok: false, reason: "factor_limit" });
  });

  it("tells of its tenant, and of what it approves: nothing at a sign-in, the set-up where one is waiting", async () => {
    const { kit, mfa, subject, factors, sent } = await mailbox();
    good(await mfa.deliver(required(await mfa.signIn(subject, PASSWORD)).challenge, "email"));
    expect(sent[0]).toStrictEqual({ subject: { id: subject.id }, code: sent[0]?.code, expiresAt: sent[0]?.expiresAt });
    const must = await kit.mfa({ factors, enrolment: { require: "always", via: "email" } });
    const north = { id: "1", tenant: "north" };
    const step = required(await must.signIn(north, PASSWORD));
    expect([step.enrol, step.methods]).toEqual([true, ["email"]]);
    good(await must.deliver(step.challenge, "email"));
    expect(sent[1]).toMatchObject({ subject: north, purpose: "nightlatch:setup" });
    expect(await must.factors.setup(step)).toStrictEqual({ ok: false, reason: "proof_needed" });
    expect(await must.deliver(step.challenge, "sms")).toStrictEqual({ ok: false, reason: "unsupported" });
  });

  it("R29 counts for its own challenge, factor, subject and tenant alone", async () => {
    const { mfa, kit, subject, code } = await mailbox();
    const { challenge } = required(await mfa.signIn(subject, PASSWORD));
    good(await mfa.deliver(challenge, "email"));
    const byMail = code();
    kit.clock.advance(MINUTE);
    const other = required(await mfa.signIn(subject, PASSWORD));
    good(await mfa.deliver(other.challenge, "sms"));
    for (const [token, guess] of [
      [challenge, code()],
      [other.challenge, byMail],
    ] as const) {
      if (code() !== byMail) expect(await mfa.verify({ challenge: token, code: guess })).toMatchObject({ ok: false, reason: "invalid" });
    }
    expect(good(await mfa.verify({ challenge: other.challenge, code: code() })).method).toBe("sms");
    expect(good(await mfa.verify({ challenge, code: byMail })).method).toBe("email");
  });
});
