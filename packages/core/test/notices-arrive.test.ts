import { describe, expect, it } from "vitest";
import { email, type MfaOptions, totp as totpFactor } from "../src/index.ts";
import { type Notice, type NoticeOptions, notices } from "../src/notices/index.ts";
import { fromBase32, totp } from "../src/otp/index.ts";
import { enrol, inbox, testMfa } from "../src/testing/index.ts";
import { good, required } from "./support/kit.ts";

/** An engine whose events become notices in an inbox, and a subject who has enrolled. */
async function start(options: Partial<Omit<MfaOptions, "clock">> = {}, how: Partial<NoticeOptions> = {}) {
  const box = inbox();
  const tell = notices({ issuer: "Harbour", recipient: () => ({ language: "en-GB" }), send: box.send, ...how });
  const test = await testMfa({ onEvent: tell, ...options });
  const subject = { id: "ada", session: "s1" };
  const enrolled = await enrol(test.mfa, subject, { clock: test.clock });
  await box.notice("factor_enabled");
  /** What came since the last call, once a notice of this kind is there. */
  const came = async (kind: Notice["kind"]): Promise<Notice[]> => {
    await box.notice(kind);
    const all = [...box.notices];
    box.clear();
    return all;
  };
  await came("factor_enabled");
  return { ...test, ...enrolled, box, subject, came };
}

describe("a notice reaches the inbox of whoever it is about", () => {
  it("R23 A11 of a lock, once, with its end, however many challenges the guesses came by", async () => {
    const { mfa, authenticator, subject, came, clock } = await start();
    for (let n = 0; n < 1000; n += 1) {
      const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
      for (let guess = 0; guess < 3; guess += 1) await mfa.verify({ challenge, code: authenticator.wrongCode() });
    }
    const told = await came("locked");
    expect(told).toMatchObject([{ kind: "locked", subject: { id: "ada" }, event: { until: clock.now() + 900_000 } }]);
    expect(told[0]?.text).toContain("Until 1 January 2027 at 12:15:30 UTC no authenticator code is accepted.");
  });

  it("R23 of a lock of recovery codes, which says that authenticators still work", async () => {
    const { mfa, subject, came } = await start();
    for (let n = 0; n < 5; n += 1) await mfa.verify({ subject, code: "0000-0000-0000-0000" });
    const [told] = await came("locked");
    expect(told?.text).toContain("no recovery code is accepted. Your authenticator still works.");
  });

  it("R26 of each recovery code that is used, with how many are left, and of few", async () => {
    const { mfa, recoveryCodes, subject, came } = await start({ recoveryCodes: { count: 5 } });
    const told: [string, string | undefined][] = [];
    for (const code of recoveryCodes) {
      good(await mfa.verify({ subject, code }));
      for (const { kind, text } of await came(told.length < 1 ? "recovery_code_used" : "recovery_codes_low")) {
        told.push([kind, text.split("\n").find((line) => line.includes("left."))]);
      }
    }
    expect(told).toEqual([
      ["recovery_code_used", "4 recovery codes are left."],
      ["recovery_codes_low", "3 recovery codes are left."],
      ["recovery_codes_low", "2 recovery codes are left."],
      ["recovery_codes_low", "1 recovery code is left."],
      ["recovery_codes_low", "No recovery code is left."],
    ]);
  });

  it("R27 of a new set of recovery codes, and that the old one is void", async () => {
    const { mfa, authenticator, subject, came } = await start();
    good(await mfa.regenerateRecoveryCodes(subject, { code: authenticator.code() }));
    const [told] = await came("recovery_codes_replaced");
    expect(told?.text).toContain("New recovery codes were made for your Harbour account. All earlier ones are void.");
  });

  it("R32 of an authenticator added, replaced and removed, and of MFA turned off", async () => {
    const { mfa, clock, authenticator, grant, factorId, subject, came } = await start();
    const code = (secret: string): string => totp(fromBase32(secret), clock.now());
    const second = good(await mfa.factors.setup(subject, { proof: { grant } }));
    good(await mfa.factors.enable(subject, { code: code(second.secret), factorId: second.factorId }));
    expect(await came("factor_enabled")).toMatchObject([{ event: { factorId: second.factorId } }]);

    const third = good(await mfa.factors.setup(subject, { proof: { grant }, replaces: second.factorId }));
    const enabled = good(await mfa.factors.enable(subject, { code: code(third.secret), factorId: third.factorId }));
    expect(await came("factor_replaced")).toMatchObject([{ event: { replaces: second.factorId } }]);

    good(await mfa.factors.remove(subject, third.factorId, { grant: enabled.grant }));
    const [one] = await came("factor_removed");
    expect(one?.text).not.toContain("last one");
    good(await mfa.factors.remove(subject, factorId, { code: authenticator.next() }));
    const [last] = await came("factor_removed");
    expect(last?.text).toContain("It was the last one, so two-step verification is now off.");

    const again = await enrol(mfa, subject, { clock });
    await came("factor_enabled");
    good(await mfa.disable(subject, { code: again.authenticator.code() }));
    expect(await came("mfa_disabled")).toHaveLength(1);
  });

  it("R11 R32 of a replay, a trusted device, and an import where the host asks for it", async () => {
    const { mfa, authenticator, subject, came } = await start(
      { trustedDevices: { for: "1h" } },
      { kinds: ["factor_enabled", "code_replayed", "device_trusted", "factor_imported"] },
    );
    const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
    good(await mfa.verify({ challenge, code: authenticator.code(), device: { name: "Laptop" } }));
    expect(await came("device_trusted")).toHaveLength(1);
    await mfa.verify({ subject, code: authenticator.code() });
    expect(await came("code_replayed")).toHaveLength(1);
    good(await mfa.factors.import({ id: "bob" }, { type: "totp", secret: Buffer.alloc(20, 5), algorithm: "SHA1", digits: 6 }));
    expect(await came("factor_imported")).toMatchObject([{ subject: { id: "bob" } }]);
  });

  it("R16 R23 of guessing that goes on, though a success lies between", async () => {
    const { mfa, clock, authenticator, subject, came } = await start({ lockout: { notice: 6 } });
    for (let n = 0; n < 6; n += 1) {
      if (n === 3) good(await mfa.verify({ subject, code: authenticator.next() }));
      await mfa.verify({ subject, code: authenticator.wrongCode() });
      clock.advance("30s");
    }
    const [told] = await came("guessing_noticed");
    expect(told?.text).toContain("6 wrong codes count at present.");
  });

  it("R32 of what an admin does to the account: unlocking, switching off and on, resetting", async () => {
    const { mfa, clock, authenticator, subject, came } = await start();
    const actor = { id: "admin-7", session: "s2" };
    const { grant } = await enrol(mfa, actor, { clock });
    await came("factor_enabled");
    for (let n = 0; n < 5; n += 1) await mfa.verify({ subject, code: authenticator.wrongCode() });
    await came("locked");
    const by = { actor, grant, reason: "asked at the desk" };
    const acts = [
      ["unlocked", () => mfa.admin.unlock(subject, by)],
      ["mfa_switched_off", () => mfa.admin.switchOff(subject, by)],
      ["mfa_switched_on", () => mfa.admin.switchOn(subject, by)],
      ["mfa_reset", () => mfa.admin.reset(subject, by)],
    ] as const;
    for (const [kind, act] of acts) {
      good(await act());
      expect(await came(kind)).toMatchObject([{ kind, subject: { id: "ada" } }]);
    }
  });
});

describe("what a notice must not do", () => {
  it("A43 holds no secret, no code and no grant, of whatever kind it is", async () => {
    const box = inbox();
    const tell = notices({ issuer: "Harbour", recipient: () => ({}), send: box.send });
    const { mfa, clock, events } = await testMfa({
      onEvent: tell,
      factors: [totpFactor(), email(box.deliver)],
      trustedDevices: { for: "1h" },
    });
    const subject = { id: "ada", session: "s1" };
    const { authenticator, recoveryCodes, grant } = await enrol(mfa, subject, { clock });
    const [, secret = ""] = /secret=([A-Z2-7]+)/.exec(authenticator.uri) ?? [];
    const canaries = [secret, grant, ...recoveryCodes];
    const { challenge } = required(await mfa.signIn(subject, { amr: ["pwd"] }));
    const { device } = good(await mfa.verify({ challenge, code: authenticator.code(), device: { name: "Laptop" } }));
    const asked = await mfa.challenge(subject);
    good(await mfa.deliver(asked.challenge, "email"));
    canaries.push(challenge, asked.challenge, device?.token ?? "", authenticator.code(), box.lastCode());
    await mfa.verify({ subject, code: authenticator.code() });
    good(await mfa.verify({ subject, code: recoveryCodes[0] ?? "" }));
    for (let n = 0; n < 5; n += 1) await mfa.verify({ subject, code: authenticator.wrongCode() });
    clock.advance("15m");
    const { recoveryCodes: fresh = [] } = good(await mfa.regenerateRecoveryCodes(subject, { code: authenticator.code() }));
    canaries.push(...fresh, ...[...recoveryCodes, ...fresh].map((code) => code.replaceAll("-", "")));
    await box.notice("recovery_codes_replaced");
    expect(new Set(box.notices.map(({ kind }) => kind))).toEqual(
      new Set(["factor_enabled", "device_trusted", "code_replayed", "recovery_code_used", "locked", "recovery_codes_replaced"]),
    );
    expect(events.length).toBeGreaterThan(box.notices.length);
    expect(canaries.every((canary) => canary.length >= 6)).toBe(true);
    const sent = JSON.stringify(box.notices);
    expect(canaries.filter((canary) => sent.includes(canary))).toEqual([]);
  });

  it("stands in nobody's way when it can't be sent: the verification is answered all the same", async () => {
    const tell = notices({
      issuer: "Harbour",
      recipient: () => ({}),
      send: () => {
        throw new Error("554");
      },
    });
    const { mfa, clock } = await testMfa({ onEvent: tell });
    const { authenticator } = await enrol(mfa, { id: "ada" }, { clock });
    good(await mfa.verify({ subject: { id: "ada" }, code: authenticator.code() }));
  });

  it("is not lost when the mailer fails: whoever follows the log hands the event over again, under the same id", async () => {
    const box = inbox();
    let fails = 2;
    const tried: string[] = [];
    const tell = notices({
      issuer: "Harbour",
      recipient: () => ({}),
      send(notice) {
        tried.push(notice.id);
        fails -= 1;
        if (fails >= 0) throw new Error("421");
        box.send(notice);
      },
    });
    const { mfa, clock, events } = await testMfa();
    const follower = mfa.audit.follow({ name: "notices", sink: tell, from: "start", wait: async () => undefined });
    await enrol(mfa, { id: "ada" }, { clock });
    clock.advance("5m");
    for (let n = 0; n < 3; n += 1) await follower.drain();
    const told = events.find(({ type }) => type === "factor_enabled");
    expect(tried).toEqual([told?.id, told?.id, told?.id]);
    expect(box.notices).toMatchObject([{ id: told?.id, kind: "factor_enabled" }]);
    await follower.drain();
    expect(box.notices).toHaveLength(1);
  });
});
