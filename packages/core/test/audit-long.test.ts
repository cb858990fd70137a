import { describe, expect, it } from "vitest";
import { createMfa, type MfaEvent } from "../src/index.ts";
import { toBase32 } from "../src/otp/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, DAY } from "./support/kit.ts";

const uri = (n: number): string => `otpauth://totp/Old:ada?secret=${toBase32(Buffer.from(`secret of user ${n}`.padEnd(20)))}&issuer=Old`;

/** A log that no read takes in at once: more seals, rows, and rows of one kind than a page of each holds. */
async function longLog() {
  const store = memoryStore();
  const kit = createKit(createMfa, store);
  const mfa = await kit.mfa();
  for (let n = 0; n < 120; n += 1) {
    await mfa.revoke({ id: "early" });
    await mfa.audit.seal();
  }
  for (let n = 0; n < 1_005; n += 1) {
    await mfa.factors.import({ id: `user-${n}`, ...(n === 3 ? { tenant: "north" } : {}) }, uri(n));
    kit.clock.advance(1);
  }
  for (let n = 0; n < 1_005; n += 1) await mfa.revoke({ id: "late" });
  const total = 120 + 2 * 1_005;
  return { kit, mfa, store, total };
}

describe("a log of many pages", () => {
  it("R41 is sealed, proved and thinned as a short one is", async () => {
    const { kit, mfa, total } = await longLog();
    expect(await mfa.audit.verify()).toMatchObject({ ok: true, seals: 120, rows: 120, unsealed: total - 120 });
    expect(await mfa.audit.seal()).toMatchObject({ rows: total - 120, head: { seal: 123, count: total } });
    expect(await mfa.audit.verify()).toMatchObject({ ok: true, seals: 123, rows: total, unsealed: 0 });
    kit.clock.advance(2 * DAY);
    expect(await mfa.audit.prune({ olderThan: "1d" })).toEqual({ removed: 120 + 1_005 });
    expect(await mfa.audit.verify()).toMatchObject({ ok: true, seals: 123, rows: 1_005, removed: 120 + 1_005 });
  });

  it("comes to a follower whole, and what is never taken can all be replayed", async () => {
    const { mfa, total } = await longLog();
    let isDown = true;
    const told = new Set<string>();
    const sink = ({ id, subject }: MfaEvent) => {
      if (isDown && subject === "early") throw new Error("no");
      told.add(id);
    };
    const follower = mfa.audit.follow({ name: "long", sink, from: "start", attempts: 1 });
    expect(await follower.drain()).toEqual({ delivered: total - 120, dead: 120, held: true });
    isDown = false;
    expect(await follower.replay()).toEqual({ delivered: 120, failed: 0 });
    expect([told.size, await follower.deadLetters()]).toEqual([total, []]);
  });

  it("is searched beyond its first page, both ways", async () => {
    const { mfa } = await longLog();
    const last = (await mfa.status({ id: "user-1004" })).factors[0]?.id ?? "";
    for (const order of ["oldest", "newest"] as const) {
      const found = await mfa.audit.list({ factorId: last, order });
      expect(found).toMatchObject({ events: [{ type: "factor_imported", subject: "user-1004" }], more: false });
    }
  });

  it("A52 R33 held against the authenticators, each subject once", async () => {
    const { kit, mfa, store } = await longLog();
    expect(await mfa.audit.compare()).toEqual({ subjects: 1_005, missing: [], blanked: 0 });
    const emptied = await kit.mfa({ store: { ...store, read: async (who) => ({ ...(await store.read(who)), factors: [] }) } });
    const { subjects, missing } = await emptied.audit.compare();
    expect([subjects, missing.length]).toEqual([1_005, 1_000]);
    expect(missing[0]).not.toHaveProperty("tenant");
    expect(missing[3]).toEqual({
      factorId: expect.any(String),
      method: "totp",
      subject: "user-3",
      tenant: "north",
      enabledAt: expect.any(Date),
    });
  });
});
