import { describe, expect, it } from "vitest";
import { createMfa, type Subject } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good, reason, required } from "./support/kit.ts";

const PASSWORD = { amr: ["pwd"] };

async function office() {
  const kit = createKit(createMfa, memoryStore());
  const mfa = await kit.mfa();
  const [user, admin] = [await kit.enrolled(mfa), await kit.enrolled(mfa)];
  const by = { actor: admin.subject, grant: admin.grant, reason: "ticket 7" };
  const rows = async (subject: Subject) => (await mfa.audit.list({ subject, limit: 1000 })).events;
  return { kit, mfa, user, admin, by, rows };
}

describe("an admin's act", () => {
  it("R33 is recorded with who did it, in which tenant where it is another, and why; a refused one too", async () => {
    const { kit, mfa, user, by, rows } = await office();
    const north = await kit.enrolled(mfa, { id: "boss", tenant: "north" });
    good(await mfa.admin.unlock(user.subject, by));
    good(await mfa.admin.unlock(user.subject, { actor: north.subject, grant: north.grant, reason: "r" }));
    await mfa.admin.reset(user.subject, { ...by, grant: "none" });
    const acts = (await rows(user.subject)).slice(-3);
    expect(acts[0]).toMatchObject({ type: "unlocked", actor: by.actor.id, reason: "ticket 7" });
    expect(acts[0]).not.toHaveProperty("actorTenant");
    expect(acts[1]).toMatchObject({ type: "unlocked", actor: "boss", actorTenant: "north", reason: "r" });
    expect(acts[2]).toMatchObject({ type: "admin_act_refused", act: "mfa_reset", actor: by.actor.id, why: "proof_needed" });
  });

  it("R33 wants a reason of 500 characters at most", async () => {
    const { mfa, user, by } = await office();
    expect(await mfa.admin.unlock(user.subject, { ...by, reason: "x".repeat(500) })).toEqual({ ok: true });
    for (const reason of ["x".repeat(501), "\ud800", " \n "]) {
      await expect(mfa.admin.unlock(user.subject, { ...by, reason })).rejects.toMatchObject({
        code: "config_invalid",
        message: expect.stringContaining("1 to 500"),
      });
    }
  });

  it("A29 is nobody's on their own account, and anybody's on that of a namesake in another tenant", async () => {
    const { kit, mfa } = await office();
    const north = await kit.enrolled(mfa, { id: "1", tenant: "north" });
    const south = await kit.enrolled(mfa, { id: "1", tenant: "south" });
    const by = { actor: north.subject, grant: north.grant, reason: "r" };
    expect(await mfa.admin.reset({ id: "1", tenant: "north" }, by)).toEqual({ ok: false, reason: "own_account" });
    expect(await mfa.admin.reset(south.subject, by)).toEqual({ ok: true });
    expect((await mfa.status(north.subject)).enabled).toBe(true);
    expect((await mfa.status(south.subject)).enabled).toBe(false);
  });

  it("A29 wants an actor who is still enrolled", async () => {
    const { mfa, user, admin } = await office();
    const { grant } = good(await mfa.disable(admin.subject, { grant: admin.grant }));
    expect(await mfa.admin.reset(user.subject, { actor: admin.subject, grant, reason: "r" })).toEqual({
      ok: false,
      reason: "proof_needed",
    });
  });
});

describe("a reset", () => {
  it("R22 ends a lock, and has MFA on again", async () => {
    const { kit, mfa, user, by } = await office();
    good(await mfa.admin.switchOff(user.subject, by));
    for (let n = 0; n < 5; n += 1) await mfa.verify({ subject: user.subject, code: user.wrong() });
    good(await mfa.admin.reset(user.subject, by));
    expect(await mfa.status(user.subject)).toMatchObject({ enabled: false, switchedOff: false });
    const again = await kit.enrolled(mfa, user.subject);
    expect((await mfa.signIn(user.subject, PASSWORD)).required).toBe(true);
    expect(reason(await mfa.verify({ subject: again.subject, code: again.code() }))).toBe("ok");
  });
});

describe("switching MFA off and on for one subject", () => {
  it("A30 each turn ends the grants before it, and each is recorded once however often it is asked for", async () => {
    const { kit, mfa, user, by, rows } = await office();
    good(await mfa.admin.switchOn(user.subject, by));
    expect((await mfa.verifyGrant(user.grant, user.subject)).ok).toBe(true);
    good(await mfa.admin.switchOff(user.subject, by));
    expect((await mfa.verifyGrant(user.grant, user.subject)).ok).toBe(false);
    const { grant } = good(await mfa.verify({ subject: user.subject, code: user.code() }));
    good(await mfa.admin.switchOff(user.subject, by));
    expect((await mfa.verifyGrant(grant, user.subject)).ok).toBe(true);
    good(await mfa.admin.switchOn(user.subject, by));
    expect((await mfa.verifyGrant(grant, user.subject)).ok).toBe(false);
    good(await mfa.admin.switchOn(user.subject, by));
    const types = (await rows(user.subject)).map(({ type }) => type);
    expect(types.filter((type) => type.startsWith("mfa_switched"))).toEqual(["mfa_switched_off", "mfa_switched_on"]);
    expect(types).not.toContain("switch_forged");
    expect(kit.events.filter(({ type }) => type === "mfa_switched_off")).toHaveLength(1);
  });

  it("A52 a forged mark is told of where a true one takes its place", async () => {
    const { kit, mfa, user, by, rows } = await office();
    await kit.store.apply({ tenant: "", subject: user.subject.id, now: kit.clock.now, switchedOff: "forged", audit: [] });
    good(await mfa.admin.switchOff(user.subject, by));
    expect((await rows(user.subject)).map(({ type }) => type).slice(-2)).toEqual(["switch_forged", "mfa_switched_off"]);
    expect(await mfa.signIn(user.subject, PASSWORD)).toEqual({ required: false, amr: ["pwd"], switchedOff: true });
    good(await mfa.admin.switchOn(user.subject, by));
    expect((await mfa.signIn(user.subject, PASSWORD)).required).toBe(true);
  });

  it("A52 a forged mark is told of at a sign-in, and gone after any act", async () => {
    const { kit, mfa, user, by, rows } = await office();
    const forge = () => kit.store.apply({ tenant: "", subject: user.subject.id, now: kit.clock.now, switchedOff: "forged", audit: [] });
    await forge();
    required(await mfa.signIn(user.subject, PASSWORD));
    expect((await rows(user.subject)).map(({ type }) => type).at(-1)).toBe("switch_forged");
    for (const act of ["switchOn", "unlock", "reset"] as const) {
      await forge();
      good(await mfa.admin[act](user.subject, by));
      expect((await kit.store.read({ tenant: "", subject: user.subject.id })).switchedOff).toBe(null);
    }
    expect((await rows(user.subject)).map(({ type }) => type).slice(-6)).toEqual([
      ...["switch_forged", "switch_forged"],
      ...["switch_forged", "unlocked", "switch_forged", "mfa_reset"],
    ]);
  });
});

describe("switching MFA off and on for everybody", () => {
  it("R33 is recorded once at each turn, by whichever call comes first, however many engines there are", async () => {
    const store = memoryStore();
    const kit = createKit(createMfa, store);
    const options = { issuer: "Test", store, clock: () => kit.clock.now } as const;
    const { keyring } = await import("../src/index.ts");
    const { TEST_KEYS } = await import("./support/kit.ts");
    const engine = (switchedOff: boolean) => createMfa({ ...options, keys: keyring(TEST_KEYS), switchedOff });
    const log = async (mfa = engine(false)) => (await mfa.audit.list({ limit: 1000 })).events.map(({ type }) => type);
    await engine(false).ready();
    expect(await log()).toEqual([]);
    const off = engine(true);
    expect(await off.signIn({ id: "u" }, PASSWORD)).toEqual({ required: false, amr: ["pwd"], switchedOff: true });
    await off.signIn({ id: "u" }, PASSWORD);
    await off.ready();
    await engine(true).ready();
    expect(await log()).toEqual(["mfa_switched_off"]);
    const on = engine(false);
    await on.ready();
    await on.ready();
    expect(await log()).toEqual(["mfa_switched_off", "mfa_switched_on"]);
  });
});

describe("erasing", () => {
  it("removes the factors and codes, ends the grants, is told of once, and leaves a subject who is new", async () => {
    const { kit, mfa, user } = await office();
    await mfa.admin.erase(user.subject);
    expect(kit.events.filter(({ type }) => type === "subject_erased")).toHaveLength(1);
    expect(await mfa.status(user.subject)).toMatchObject({ enabled: false, recoveryCodesLeft: 0 });
    expect((await mfa.verifyGrant(user.grant, user.subject)).ok).toBe(false);
    expect((await mfa.audit.list({ subject: user.subject, limit: 1000 })).events).toEqual([]);
    expect((await mfa.audit.list({ limit: 1000 })).events.map(({ type }) => type)).toContain("subject_erased");
  });
});
